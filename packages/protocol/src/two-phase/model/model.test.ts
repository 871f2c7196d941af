import { describe, expect, test } from 'vitest';
import { machines, mutated } from './machines.suite.ts';
import { search } from './search.suite.ts';
import type { Setting } from './world.suite.ts';

/** Messages are lost, doubled and reordered in all of them; receivers that are waited for fall silent in all of them. */
const plain: Setting = {
  receivers: 2,
  others: [],
  restarts: 'anyone',
  mailbox: 1,
  lease: 1,
  slowStaging: false,
  lateGrants: false,
};

/** `TWO_PHASE=full npx vitest run packages/protocol/src/two-phase/model` walks through the large ones: minutes, and some gigabytes. */
const full = process.env.TWO_PHASE === 'full';

const small: readonly Setting[] = [
  { ...plain, receivers: 1, others: ['apart', 'kill'], slowStaging: true, lateGrants: true },
  plain,
  { ...plain, receivers: 3, restarts: 'the coordinator' },
];
const large: readonly Setting[] = [
  {
    ...plain,
    receivers: 1,
    others: ['apart', 'touching'],
    mailbox: 2,
    lease: 2,
    slowStaging: true,
    lateGrants: true,
  },
  { ...plain, slowStaging: true, lateGrants: true },
  { ...plain, others: ['apart'] },
  { ...plain, others: ['touching'] },
  { ...plain, others: ['kill'], slowStaging: true, lateGrants: true },
  { ...plain, mailbox: 2, lease: 2, lateGrants: true },
  { ...plain, others: ['apart', 'kill'] },
  { ...plain, receivers: 3 },
  { ...plain, receivers: 3, others: ['kill'], restarts: 'the coordinator' },
  { ...plain, receivers: 4, restarts: 'the coordinator' },
];

describe('both halves of a two-phase change', () => {
  for (const setting of full ? [...small, ...large] : small) {
    test(`keep every promise in every state of ${describeSetting(setting)}`, { timeout: 3_600_000 }, () => {
      const { states, moves, depth, committed, aborted, broken, whole } = search(machines, setting);
      console.info(
        `${describeSetting(setting)}: ${states} states, ${moves} moves, depth ${depth}; committed in ${committed}, aborted in ${aborted}`,
      );
      expect(broken).toBeUndefined();
      expect(whole).toBe(true);
      // A search that never gets to either end would promise nothing.
      expect(committed).toBeGreaterThan(10);
      expect(aborted).toBeGreaterThan(10);
    });
  }
});

interface Mutant {
  readonly what: string;
  /** Source text and what stands there instead; absent where a shell is wrong. */
  readonly change?: readonly [find: string, replace: string];
  readonly promise: string;
  readonly setting: Partial<Setting>;
  /** Takes many states to find. */
  readonly rare?: true;
}

const OLD = 'after COMMITTED no live receiver serves the old';
const RASH = 'two thirds had staged what was decided';
const ONE = 'one decision for one commit id';
const WHOLE = 'each process serves one revision, whole';
const KILL = 'a kill aborts what is not decided';
const mutants: readonly Mutant[] = [
  {
    what: 'a quorum of one',
    change: ['Math.ceil((2 * members) / 3)', '1'],
    promise: RASH,
    setting: {},
  },
  {
    what: 'votes of receivers that are no members',
    change: [' || !change.members.includes(receiver)) return', ') return'],
    promise: RASH,
    setting: {},
  },
  {
    what: 'votes for the version before',
    change: ['staged.version !== change.version', 'staged.version > change.version'],
    promise: RASH,
    setting: { others: ['apart'], restarts: 'the coordinator' },
  },
  {
    what: 'votes kept over a new version',
    change: [
      "  state.change = change;\n  state.staged = [];\n  effects.push({ type: 'prepare'",
      "  state.change = change;\n  effects.push({ type: 'prepare'",
    ],
    promise: RASH,
    setting: { others: ['apart'], restarts: 'the coordinator' },
    rare: true,
  },
  {
    what: 'a decision told before it is written',
    promise: WHOLE,
    setting: { wrong: 'sends before it writes' },
  },
  {
    what: 'a decision on any head',
    promise: 'the decision is revision base + 1',
    setting: { others: ['apart'], wrong: 'decides on any head' },
  },
  {
    what: 'a second try under the same id',
    change: ['if (change?.id === id) return;', ''],
    promise: WHOLE,
    setting: { receivers: 1 },
  },
  {
    what: 'a decision taken back when the deadline passes',
    change: [
      "if (change?.phase !== 'preparing') return;\n    const quorum",
      'if (change === undefined) return;\n    const quorum',
    ],
    promise: ONE,
    setting: {},
  },
  {
    what: 'a decision forgotten over a restart',
    change: ["open?.phase === 'preparing'", 'open !== undefined'],
    promise: OLD,
    setting: {},
  },
  {
    what: 'COMMITTED without waiting for leases',
    change: ['awaited.some((receiver) => (leases[receiver] ?? 0) > now)', 'false'],
    promise: OLD,
    setting: { receivers: 1 },
  },
  {
    what: 'leases for who is behind',
    change: ['state.floor = state.head;', ''],
    promise: OLD,
    setting: { receivers: 1 },
  },
  {
    what: 'leases forgotten over a restart',
    change: ['[receiver, until])', '[receiver, 0])'],
    promise: OLD,
    setting: { receivers: 1 },
  },
  {
    what: 'a beginning before the leases of an earlier process have run out',
    change: ['complete > now', 'false'],
    promise: OLD,
    setting: { receivers: 1 },
  },
  {
    what: 'receivers that join and are not waited for',
    change: ['joined: [...change.joined, receiver]', 'joined: change.joined'],
    promise: OLD,
    setting: { receivers: 1 },
  },
  {
    what: 'a lease counted from the answer',
    promise: OLD,
    setting: { receivers: 1, lateGrants: true, wrong: 'counts the lease from the answer' },
  },
  {
    what: 'a kill that lets it go on',
    change: ['if (urgent) return abort', 'if (false) return abort'],
    promise: KILL,
    setting: { others: ['kill'] },
  },
  {
    what: 'activation of what is not compiled',
    change: [
      "stage?.progress === 'ready' && isOf(stage, event)",
      'stage !== undefined && isOf(stage, event)',
    ],
    promise: WHOLE,
    setting: { receivers: 1, slowStaging: true },
  },
  {
    what: 'activation of another version',
    change: ['isOf(stage, event) && stage.digest === event.digest', 'stage.id === event.id'],
    promise: WHOLE,
    setting: { others: ['apart'] },
  },
  {
    what: 'a deadline that never comes',
    change: ['deadline <= turn.now', 'false'],
    promise: 'an end comes once no receiver is heard',
    setting: {},
  },
  {
    what: 'waiting for the dead',
    change: ['awaited.some((receiver) => (leases[receiver] ?? 0) > now)', 'awaited.length > 0'],
    promise: 'an end comes once no receiver is heard',
    setting: { receivers: 1 },
  },
];

describe('the search finds', () => {
  for (const { what, change, promise, setting } of full
    ? mutants
    : mutants.filter(({ rare }) => rare !== true)) {
    test(what, { timeout: 300_000 }, async () => {
      const mutant = change === undefined ? machines : await mutated(...change);
      const { broken, states } = search(mutant, { ...plain, ...setting });
      console.info(`${what}: ${broken?.promise} after ${states} states: ${broken?.trace.join(', ')}`);
      expect(broken?.promise).toBe(promise);
    });
  }
});

function describeSetting(setting: Setting): string {
  const { receivers, others, restarts, mailbox, lease, slowStaging, lateGrants } = setting;
  return [
    `${receivers} receiver${receivers === 1 ? '' : 's'}`,
    ...others.map((other) => `a change ${other === 'kill' ? 'that kills' : other}`),
    `${restarts} restarting`,
    ...(mailbox > 1 ? [`${mailbox} acknowledgements under way`] : []),
    ...(lease > 1 ? [`leases of ${lease}`] : []),
    ...(slowStaging ? ['slow staging'] : []),
    ...(lateGrants ? ['late grants'] : []),
  ].join(', ');
}
