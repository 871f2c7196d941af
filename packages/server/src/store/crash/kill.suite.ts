import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { verifyHistory } from '../../views/verify-history.ts';
import { ENVIRONMENT, plainSigner } from '../sample.suite.ts';
import type { Store } from '../store.ts';
import type { Errand } from './victim.suite.ts';

/** A change the victim was told is written: its revision, and the hash that stands for everything up to it. */
export type Acknowledged = readonly [revision: number, hash: string];

/** Starts a victim and waits for its death; gives what was acknowledged before. */
export async function killOne(child: string, errand: Errand): Promise<readonly Acknowledged[]> {
  const victim = spawn(process.execPath, [child, JSON.stringify(errand)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '' },
  });
  let said = '';
  let complained = '';
  victim.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  victim.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained += text;
  });
  const signal = await new Promise((resolve) => victim.once('close', (_, killedBy) => resolve(killedBy)));
  expect(signal, complained).toBe('SIGKILL');
  return said
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Acknowledged);
}

/**
 * What must hold of a reopened store: every acknowledged change is in the log as it was, at most one more was in flight, and chain, rows and
 * snapshot agree. Gives the revision that is reached; 0 where the environment never came to be.
 */
export async function expectIntact(
  store: Store,
  acknowledged: readonly Acknowledged[],
  reachedBefore: number,
): Promise<number> {
  const state = await store.load(ENVIRONMENT);
  const told = acknowledged.at(-1)?.[0] ?? reachedBefore;
  if (state === undefined) {
    expect(told).toBe(0);
    return 0;
  }
  const { revision } = state.head;
  expect(revision).toBeGreaterThanOrEqual(told);
  // The first change of an environment is not said; otherwise one change at most was under way.
  expect(revision).toBeLessThanOrEqual(Math.max(told, 1) + 1);
  const verify = (_: string, hash: string, signature: string): boolean =>
    plainSigner.sign(hash) === signature;
  const report = await verifyHistory({ store, verify }, ENVIRONMENT);
  expect(report).toMatchObject({ changes: revision, faults: [] });
  const log = new Map(
    (await store.before(ENVIRONMENT, { limit: 100_000 })).map((change) => [change.revision, change.hash]),
  );
  for (const [each, hash] of acknowledged) expect(log.get(each)).toBe(hash);
  return revision;
}
