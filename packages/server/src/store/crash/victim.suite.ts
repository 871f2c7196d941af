import { writeSync } from 'node:fs';
import { systemClock } from '../../commands/clock.ts';
import { createCommands } from '../../commands/create-commands.ts';
import type { Checks } from '../../commands/plan.ts';
import { openMirrors } from '../../views/mirrors.ts';
import { ENVIRONMENT, plainSigner, sampleFlag } from '../sample.suite.ts';
import type { Store } from '../store.ts';
import { randomFrom } from './random.suite.ts';

/** What a victim is to do: work until the n-th step of its driver, and die there. */
export interface Errand {
  readonly directory?: string;
  readonly url?: string;
  readonly seed: number;
  readonly step: number;
  readonly when: string;
}

/** The errand this process was given. */
export const errand: Errand = JSON.parse(process.argv[2] ?? '{}') as Errand;

let steps = 0;

/** The hook of the driver: at the errand's step the process is gone. */
export function step(when: string): void {
  if (when !== errand.when) return;
  steps += 1;
  if (steps === errand.step) process.kill(process.pid, 'SIGKILL');
}

function* nothing(): Generator<undefined, readonly never[]> {
  yield;
  return [];
}

/** Writes random changes without end, and says each that was acknowledged. */
export async function work(store: Store): Promise<never> {
  const clock = systemClock();
  const random = randomFrom(errand.seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const mirrors = await openMirrors(store);
  // What is checked and shown is not under test here.
  const checks: Checks = { check: nothing, scopeAbove: 0, diff: () => [] };
  const signer = () => plainSigner;
  const commands = createCommands({
    store,
    mirrors,
    clock,
    signer,
    checks,
    newId: () => `lineage-${errand.seed}`,
  });
  const asked = { environment: ENVIRONMENT, author: 'victim', why: String(errand.seed) };
  await commands.init(asked);

  function act() {
    const flag = `f${pick(6)}`;
    const head = mirrors.get(ENVIRONMENT)?.state.head.revision ?? 1;
    switch (pick(6)) {
      case 0:
        return commands.override({ ...asked, flag, kill: random() < 0.5 ? {} : null });
      case 1:
        return commands.restore({ ...asked, to: 1 + pick(head) });
      case 2:
        return commands.apply({
          ...asked,
          origin: 'files',
          resources: Array.from({ length: pick(30) }, (_, index) => sampleFlag(`g${index}`, random() < 0.5)),
        });
      case 3:
        return commands.override({ ...asked, flag, target: { unit: `u${pick(3)}`, variant: 'on' } });
      default:
        return commands.apply({
          ...asked,
          origin: 'api',
          partial: true,
          resources: [sampleFlag(flag, random() < 0.5)],
        });
    }
  }

  for (;;) {
    const result = await act();
    if (!result.ok || !result.changed) continue;
    writeSync(1, `${JSON.stringify([result.revision, mirrors.get(ENVIRONMENT)?.state.hash])}\n`);
  }
}
