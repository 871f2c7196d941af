import type { Clock } from '@ombre/carry';
import { isFinal } from '@ombre/release';
import type { RolledBack } from '../commands/commands.ts';
import type { Controller } from '../controllers/controller.ts';
import type { Followed } from '../controllers/followed.ts';
import type { ProgressStore } from '../store/progress/progress-store.ts';

export interface TakingBack {
  readonly environment: string;
  readonly progress: Pick<ProgressStore, 'ask' | 'answerOf' | 'history'>;
  readonly controller: Pick<Controller, 'time' | 'wake'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The releases there are, as they stand. */
  readonly all: () => Promise<ReadonlyMap<string, Followed>>;
}

export type TakenBack =
  | { readonly ok: true; readonly releases: readonly RolledBack[] }
  /** Which release did not go back, how it stands, and what to do. */
  | { readonly ok: false; readonly message: string };

/** How long is waited: for some ms, or until somebody has no more time. */
export interface Patience {
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** How often is looked whether they are back, in ms. */
const LOOK = 100;

/**
 * Aborts releases and waits until each is rolled back: nobody is treated and its steps are undone. Nothing is aborted where one of them
 * cannot go back. Whoever is asked goes back even if this process dies or waits no longer.
 */
export async function takeBack(
  parts: TakingBack,
  releases: readonly string[],
  asked: { readonly by: string; readonly why: string },
  { milliseconds, signal }: Patience,
): Promise<TakenBack> {
  const { environment, progress, controller, clock, newId } = parts;
  const began = clock.monotonic();
  const found = await parts.all();
  const bound = releases.find((name) => isFinal(found.get(name)?.state.saga));
  if (bound !== undefined) return refused(bound, 'what was reserved for it is confirmed. Land it first.');

  const open = new Map(releases.map((name) => [name, newId()]));
  for (const [release, id] of open) {
    await progress.ask(environment, { id, release, command: 'abort', ...asked, at: controller.time() });
  }
  controller.wake();

  const back: RolledBack[] = [];
  for (;;) {
    const now = await parts.all();
    const took = Math.round(clock.monotonic() - began);
    for (const [release, id] of open) {
      const one = now.get(release);
      if (isBack(one)) {
        back.push({ release, took });
        open.delete(release);
      } else if (one?.state.phase !== 'rolling-back') {
        const answer = await progress.answerOf(environment, id);
        if (typeof answer?.refusal === 'string') return refused(release, answer.refusal);
      }
    }
    const [late] = open.keys();
    if (late === undefined) return { ok: true, releases: back };
    if (took >= milliseconds || signal.aborted) {
      return { ok: false, message: await lateSentence(parts, now.get(late), late, took) };
    }
    await new Promise<void>((resolve) => clock.after(LOOK, resolve));
  }
}

/** At 0 %, with nothing left to undo. */
function isBack(one: Followed | undefined): boolean {
  if (one === undefined) return true;
  const { phase, placement } = one.state;
  return placement.reached === 0 && (phase === 'rolled-back' || phase === 'pending' || phase === 'landed');
}

function refused(release: string, why: string): TakenBack {
  return { ok: false, message: `Release/${release} does not go back: ${why}` };
}

async function lateSentence(
  { environment, progress }: TakingBack,
  one: Followed | undefined,
  release: string,
  waited: number,
): Promise<string> {
  const { phase = 'pending' } = one?.state ?? {};
  const long = `after ${Math.round(waited / 1000)} s`;
  if (phase !== 'rolling-back') {
    return `Release/${release} is ${phase} ${long}: nobody controls its environment now. The abort is kept and carried out as soon as somebody does.`;
  }
  const { live, activated } = one?.receivers ?? { live: 0, activated: 0 };
  const [last] = await progress.history(environment, release, { limit: 1 });
  const heard = activated < live ? ` ${activated} of ${live} processes have taken it in.` : '';
  const said = last === undefined ? '' : ` Its log says: ${last.text}`;
  return `Release/${release} is still rolling back ${long}.${heard}${said}`;
}
