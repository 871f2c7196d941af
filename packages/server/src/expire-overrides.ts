import type { Clock } from '@ombre/carry';
import type { Commands } from './commands/commands.ts';
import type { Log } from './http/log.ts';
import type { Changes, Views } from './views/views.ts';

/** Milliseconds between looks at the least: other processes lay overrides too. */
const LOOK = 60_000;

/** Lifts overrides when their time runs out, each as an audited change. Returns what stops it. */
export function expireOverrides(parts: {
  readonly commands: Pick<Commands, 'expire'>;
  readonly views: Pick<Views, 'environments' | 'nextExpiry'>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
}): () => void {
  const { commands, views, changes, clock, log } = parts;
  let stopped = false;
  let cancel = (): void => {};

  async function look(): Promise<void> {
    for (const environment of views.environments()) {
      const due = views.nextExpiry(environment);
      if (due !== undefined && due <= clock.now()) await commands.expire(environment);
    }
  }

  function wait(): void {
    cancel();
    if (stopped) return;
    const due = views
      .environments()
      .map((environment) => views.nextExpiry(environment) ?? LOOK + clock.now());
    cancel = clock.after(Math.min(LOOK, Math.max(10, Math.min(...due) - clock.now())), () => {
      look()
        .catch((error: unknown) => log.error({ error: String(error) }, 'overrides could not be lifted'))
        .finally(wait);
    });
  }

  const subscriptions = views.environments().map((environment) => changes.subscribe(environment, wait));
  wait();
  return () => {
    stopped = true;
    cancel();
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}
