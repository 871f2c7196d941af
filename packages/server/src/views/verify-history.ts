import { encodeSnapshot } from '@ombre/decide';
import { advance } from '../store/advance.ts';
import type { Change } from '../store/change.ts';
import { digestWrite, hashChange } from '../store/hash-chain.ts';
import { emptyState } from '../store/memory-store.ts';
import { sha256 } from '../store/sha256.ts';
import type { LoggedChange, Store } from '../store/store.ts';
import { effectiveEntries } from './effective-entries.ts';
import type { HistoryFault, HistoryReport } from './views.ts';

/** Changes read at once. */
const PAGE = 500;
/** A broken log can break everywhere; the first places tell what happened. */
const MOST_FAULTS = 100;

export interface VerifyParts {
  readonly store: Store;
  /** Whether a key known here made the signature. */
  readonly verify: (key: string, text: string, signature: string) => boolean;
}

/**
 * Walks a log from its first change: order, hashes, chain, signatures and the digests of kept rows; replays the rows, and compares what
 * they come to with the current rows, with the head and with the snapshot digest the last change names. Undefined: no such environment.
 */
export async function verifyHistory(
  { store, verify }: VerifyParts,
  environment: string,
): Promise<HistoryReport | undefined> {
  const current = await store.load(environment);
  if (current === undefined) return undefined;
  const faults: HistoryFault[] = [];
  let replayed = emptyState(environment, current.breakGlass);
  let changes = 0;
  let before: Change | undefined;

  for (let reached = 0; ; ) {
    const page = await store.after(environment, reached, PAGE);
    for (const logged of page) {
      faults.push(...changeFaults(before, logged, verify));
      replayed = advance(replayed, logged.change, logged.writes);
      before = logged.change;
      changes += 1;
      if (before.revision >= current.head.revision) break;
    }
    const last = page.at(-1)?.change.revision;
    if (last === undefined || last >= current.head.revision) break;
    reached = last;
  }
  faults.push(...headFaults(current, replayed));
  return { environment, lineage: current.head.lineage, changes, faults: faults.slice(0, MOST_FAULTS) };
}

function* changeFaults(
  before: Change | undefined,
  { change, writes }: LoggedChange,
  verify: VerifyParts['verify'],
): Generator<HistoryFault> {
  const { revision } = change;
  const fault = (code: HistoryFault['code'], message: string): HistoryFault => ({ revision, code, message });
  const expected = (before?.revision ?? 0) + 1;
  if (revision > expected) {
    const gone = revision - expected === 1 ? `${expected} is` : `${expected} to ${revision - 1} are`;
    yield { revision: expected, code: 'MISSING', message: `Revision ${gone} not in the log.` };
  }
  const hash = hashChange(change);
  if (hash !== change.hash) {
    yield fault(
      'CHANGED',
      `Revision ${revision} is not what was written: its content hashes to ${hash.slice(0, 12)}…, the log says ${change.hash.slice(0, 12)}….`,
    );
  }
  if (change.previous !== (before?.hash ?? null)) {
    yield fault(
      'UNCHAINED',
      `Revision ${revision} does not follow the change before it: one of the two was replaced or moved.`,
    );
  }
  if (before !== undefined && change.lineage !== before.lineage && change.action !== 'succeed') {
    yield fault('UNCHAINED', `Revision ${revision} begins a lineage without a succession.`);
  }
  if (before !== undefined && change.from !== before.to) {
    yield fault(
      'UNCHAINED',
      `Revision ${revision} starts from another snapshot than the one before ended with.`,
    );
  }
  if (!verify(change.key, change.hash, change.signature)) {
    yield fault(
      'SIGNATURE',
      `The hash of revision ${revision} is not signed by a key known here (${change.key}).`,
    );
  }
  const kept = new Map(writes.map((write) => [`${write.kind} ${write.name}`, digestWrite(write).digest]));
  for (const { kind, name, digest } of change.writes) {
    const found = kept.get(`${kind} ${name}`);
    if (found === undefined)
      yield fault('ROW', `Revision ${revision} wrote ${name}, but the row it wrote is not kept.`);
    else if (found !== digest)
      yield fault('ROW', `What revision ${revision} wrote of ${name} was changed afterwards.`);
    kept.delete(`${kind} ${name}`);
  }
  for (const name of kept.keys()) {
    yield fault('ROW', `A row of ${name} is kept for revision ${revision}, which did not write it.`);
  }
}

type State = ReturnType<typeof emptyState>;

function* headFaults(current: State, replayed: State): Generator<HistoryFault> {
  const { revision } = current.head;
  const fault = (code: HistoryFault['code'], message: string): HistoryFault => ({ revision, code, message });
  if (replayed.head.revision < revision) {
    const from = replayed.head.revision + 1;
    yield {
      revision: from,
      code: 'MISSING',
      message: `The log ends at ${from - 1}; the head is ${revision}.`,
    };
    return;
  }
  if (replayed.hash !== current.hash || replayed.head.lineage !== current.head.lineage) {
    yield fault('HEAD', `The head of revision ${revision} names another change than the log.`);
  }
  if (replayed.head.digest !== current.head.digest) {
    yield fault('HEAD', `The head of revision ${revision} names another snapshot than the log.`);
  }
  for (const rows of ['resources', 'placements', 'overrides'] as const) {
    for (const name of differing(current[rows], replayed[rows])) {
      yield fault('HEAD', `${name} is in force as the log never wrote it.`);
    }
  }
  const encoded = encodeSnapshot(effectiveEntries(replayed), sha256);
  if (encoded.digest !== replayed.head.digest) {
    yield fault(
      'DIGEST',
      `The rows of revision ${revision} do not encode to the snapshot the log names: they were changed, or another version of Ombre encoded them.`,
    );
  }
}

function differing(
  current: ReadonlyMap<string, unknown>,
  replayed: ReadonlyMap<string, unknown>,
): readonly string[] {
  const names = new Set([...current.keys(), ...replayed.keys()]);
  return [...names].filter(
    (name) => JSON.stringify(sorted(current.get(name))) !== JSON.stringify(sorted(replayed.get(name))),
  );
}

/** The value with keys in order, so that equal rows have equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, property]) => [key, sorted(property)]),
  );
}
