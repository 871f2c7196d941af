import type { Clock } from '@ombre/carry';
import type { ApplyResult, Commands, RestoreInput, RolledBack } from '../commands/commands.ts';
import type { Releases } from './releases.ts';

/** Restores that have those releases rolled back first that they contradict. */
export interface Restores {
  /** Nothing is restored where one of them does not come back in time. The aborts outlive this process, the restore does not: ask again. */
  restore: Commands['restore'];
  /** Resolves when no restore of the environment waits for releases any more: whether one went in meanwhile. */
  settled(environment: string): Promise<boolean>;
  /** Nobody waits any longer. */
  close(): void;
}

export interface RestoresParts {
  readonly commands: Pick<Commands, 'restore'>;
  readonly releases: (environment: string) => Pick<Releases, 'takeBack'> | undefined;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** How long releases may take to go back, in ms: longer than the lease of a receiver that is cut off. */
  readonly patience: number;
}

export function createRestores({ commands, releases, clock, patience }: RestoresParts): Restores {
  const closing = new AbortController();
  const { signal } = closing;
  const waiting = new Map<string, Set<Promise<ApplyResult>>>();

  async function backFirst(input: RestoreInput, result: ApplyResult): Promise<ApplyResult> {
    const began = clock.monotonic();
    const rolledBack: RolledBack[] = [];
    let now = result;
    // Another one may have begun to climb meanwhile, so that it is planned anew each time.
    while (!now.ok && now.code === 'PINNED' && now.backFirst !== undefined) {
      const why = `revision ${input.to} is restored, which contradicts it${input.why === '' ? '' : `: ${input.why}`}`;
      const milliseconds = began + patience - clock.monotonic();
      const asked = { by: input.author, why };
      const taken = await releases(input.environment)?.takeBack(now.backFirst, asked, {
        milliseconds,
        signal,
      });
      if (taken === undefined) return now;
      if (!taken.ok) {
        const message = `Nothing was restored. ${taken.message} Ask again when it is rolled back.`;
        return { ok: false, code: 'PINNED', message, issues: [] };
      }
      rolledBack.push(...taken.releases);
      now = await commands.restore(input);
    }
    return now.ok ? { ...now, rolledBack } : now;
  }

  return {
    async restore(input) {
      const result = await commands.restore(input);
      if (result.ok || result.code !== 'PINNED' || result.backFirst === undefined) return result;
      const { environment } = input;
      const own = waiting.get(environment) ?? new Set();
      waiting.set(environment, own);
      const done = backFirst(input, result);
      own.add(done);
      return done.finally(() => own.delete(done));
    },

    async settled(environment) {
      const results = await Promise.allSettled([...(waiting.get(environment) ?? [])]);
      return results.some((one) => one.status === 'fulfilled' && one.value.ok);
    },

    close: () => closing.abort(),
  };
}
