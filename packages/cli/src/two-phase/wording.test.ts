import type { TwoPhaseView } from '@ombre/protocol';
import { expect, test } from 'vitest';
import { endLine, progressLine } from './wording.ts';

const view: TwoPhaseView = {
  id: 'c1',
  phase: 'preparing',
  version: 1,
  base: 7,
  revision: null,
  touches: ['Flag/a'],
  members: ['gw-1', 'gw-2', 'gw-3', 'gw-4'],
  quorum: 3,
  joined: [],
  staged: ['gw-1'],
  awaited: [],
  remaining: 9_000,
  aborted: null,
  author: 'ann',
  why: '',
  askedAt: 1_000,
  decidedAt: null,
  endedAt: null,
};

test('a change that is prepared says how many staged it, and why it began anew', () => {
  expect(progressLine(view)).toBe('preparing c1 on revision 7: 1 of 4 receivers staged it, 3 have to');
  expect(progressLine({ ...view, version: 2, base: 8 })).toContain(
    'version 2 since another change went first',
  );
});

test('a change that is decided says who is waited for, and for how long at most', () => {
  const awaited = [
    { receiver: 'gw-3', lease: 12_000 },
    { receiver: 'gw-4', lease: 3_000 },
  ];
  expect(progressLine({ ...view, phase: 'committing', revision: 8, awaited })).toBe(
    'decided: revision 8; 2 of 4 receivers serve it, waiting for gw-3 and gw-4 or the end of their leases, 12 s at most',
  );
});

test('one that was aborted names who had not staged it, and by when', () => {
  const aborted = '1 receivers of the 3 it needs had staged it in time';
  expect(endLine({ ...view, phase: 'aborted', aborted, endedAt: 11_000 })).toBe(
    'c1 was aborted: gw-2, gw-3 and gw-4 had not staged it within 10 s (1 of the 3 that it needs had); nothing was changed',
  );
  const killed = 'revision 8, a kill or a roll-back, went first';
  expect(endLine({ ...view, phase: 'aborted', aborted: killed, endedAt: 2_000 })).toBe(
    `c1 was aborted: ${killed}; nothing was changed`,
  );
});

test('one that is committed says for how long both revisions served', () => {
  const done = { ...view, phase: 'committed', revision: 8, decidedAt: 2_000, endedAt: 2_310 } as const;
  expect(endLine({ ...done, staged: ['gw-1', 'gw-2', 'gw-3'] })).toBe(
    'revision 8: 3 of 4 receivers had staged it, both revisions served for 0.31 s at most',
  );
  expect(endLine({ ...done, members: [], staged: [] })).toBe(
    'revision 8: no gateway or OFREP server held a lease',
  );
});
