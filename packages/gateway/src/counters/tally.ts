import type { Ahead, Outcome } from '@ombre/decide';
import { type CounterRow, SUB_BUCKETS } from '@ombre/protocol';
import { createHistogram, type Histogram } from './histogram.ts';
import { createUnitSketch, type UnitSketch } from './unit-sketch.ts';

/** Past so many rows counting begins anew, so that a gateway that lives through thousands of placements stays small. */
const MOST_ROWS = 50_000;

/** What is counted together: one outcome but for the sub-bucket, and for where its units will stand at the next level. */
export type Cell = Omit<
  CounterRow,
  'ahead' | 'bucket' | 'requests' | 'failures' | 'notPermitted' | 'slow' | 'latencySum' | 'open' | 'units'
>;

export interface Group {
  readonly cell: Cell;
  readonly limits: readonly number[];
  /** Of the units that are not counted ahead, and of those of each band. */
  readonly parts: Part[];
  readonly histograms: Map<string, Histogram>;
}

interface Part {
  readonly group: Group;
  readonly ahead: Ahead | undefined;
  /** By sub-bucket. */
  readonly rows: (Row | undefined)[];
}

interface Row {
  requests: number;
  failures: number;
  notPermitted: number;
  readonly slow: number[];
  latencySum: number;
  open: number;
  readonly units: UnitSketch;
  changed: boolean;
}

/** A request in flight. */
export interface Open {
  readonly group: Group;
  readonly row: Row;
  readonly began: number;
  /** Limits passed so far. */
  passed: number;
  /** Where it stands among those in flight. */
  at: number;
}

/** Counts requests by outcome and sub-bucket, cumulative from its birth or the last fresh start. Times are milliseconds that never go back. */
export interface Tally {
  /** Grows with each fresh start. */
  readonly generation: number;
  readonly limits: Readonly<Record<string, readonly number[]>>;
  /** Limits of a release that is counted already begin everything anew. */
  setLimits(limits: Readonly<Record<string, readonly number[]>>): void;
  begin(outcome: Outcome, hash: number, now: number): Open;
  /** `upstream`: who answered; undefined where nobody was asked. `permitted`: false where an open circuit kept the call from who was meant. */
  end(open: Open, now: number, failed: boolean, upstream: string | undefined, permitted?: boolean): void;
  /** All rows, or those that changed since they were last read. Requests in flight that passed a limit by `now` are counted there. */
  rows(now: number, all: boolean): CounterRow[];
  groups(): readonly Group[];
}

export function createTally(): Tally {
  let generation = 1;
  let limits: Readonly<Record<string, readonly number[]>> = {};
  let groups = new Map<string, Group>();
  let byOutcome = new WeakMap<Outcome, Part>();
  // Not a Set: each time its table fills up it makes a new one, and tables that lived long enough keep all that was ever in those after them.
  let flying: Open[] = [];
  let size = 0;

  /** What is in flight ends in rows nobody reads any more. */
  function restart(): void {
    generation += 1;
    groups = new Map();
    byOutcome = new WeakMap();
    flying = [];
    size = 0;
  }

  function groupOf(outcome: Outcome): Group {
    const cell = cellOf(outcome);
    const key = JSON.stringify(cell);
    const known = groups.get(key);
    if (known !== undefined) return known;
    const group = {
      cell,
      limits: limits[cell.release ?? ''] ?? [],
      parts: [],
      histograms: new Map<string, Histogram>(),
    };
    groups.set(key, group);
    return group;
  }

  function partOf(outcome: Outcome): Part {
    const known = byOutcome.get(outcome);
    if (known !== undefined) return known;
    const group = groupOf(outcome);
    const { ahead } = outcome;
    let part = group.parts.find((one) => isSame(one.ahead, ahead));
    if (part === undefined) {
      part = { group, ahead, rows: Array<Row | undefined>(SUB_BUCKETS).fill(undefined) };
      group.parts.push(part);
    }
    byOutcome.set(outcome, part);
    return part;
  }

  function rowOf({ group, rows }: Part, bucket: number): Row {
    const known = rows[bucket];
    if (known !== undefined) return known;
    const row: Row = {
      requests: 0,
      failures: 0,
      notPermitted: 0,
      slow: group.limits.map(() => 0),
      latencySum: 0,
      open: 0,
      units: createUnitSketch(),
      changed: true,
    };
    rows[bucket] = row;
    size += 1;
    return row;
  }

  return {
    get generation() {
      return generation;
    },
    get limits() {
      return limits;
    },
    setLimits(next) {
      const moved = Object.entries(limits).some(
        ([release, edges]) => next[release] !== undefined && next[release].join() !== edges.join(),
      );
      limits = next;
      if (moved) restart();
    },
    begin(outcome, hash, now) {
      if (size >= MOST_ROWS) restart();
      const part = partOf(outcome);
      const row = rowOf(part, hash % SUB_BUCKETS);
      row.requests += 1;
      row.open += 1;
      row.units.add(hash);
      row.changed = true;
      const open: Open = { group: part.group, row, began: now, passed: 0, at: flying.length };
      flying.push(open);
      return open;
    },
    end(open, now, failed, upstream, permitted = true) {
      takeOut(open, flying);
      const { group, row } = open;
      const took = now - open.began;
      pass(open, took);
      row.open -= 1;
      row.failures += Number(failed);
      if (permitted) row.latencySum += took;
      else row.notPermitted += 1;
      row.changed = true;
      let histogram = group.histograms.get(upstream ?? '');
      if (histogram === undefined) {
        histogram = createHistogram(group.limits);
        group.histograms.set(upstream ?? '', histogram);
      }
      histogram.add(took);
    },
    rows(now, all) {
      for (const open of flying) pass(open, now - open.began);
      const rows: CounterRow[] = [];
      for (const { group, ahead, rows: buckets } of [...groups.values()].flatMap(({ parts }) => parts)) {
        for (const [bucket, row] of buckets.entries()) {
          if (row === undefined || !(all || row.changed)) continue;
          row.changed = false;
          const { requests, failures, notPermitted, slow, latencySum, open, units } = row;
          rows.push({
            ...group.cell,
            ...(ahead === undefined ? {} : { ahead }),
            bucket,
            requests,
            failures,
            ...(notPermitted === 0 ? {} : { notPermitted }),
            slow: [...slow],
            latencySum,
            open,
            units: Math.min(requests, units.estimate()),
          });
        }
      }
      return rows;
    },
    groups: () => [...groups.values()],
  };
}

/** The last one takes its place. One of before a fresh start is in no list any more. */
function takeOut(open: Open, flying: Open[]): void {
  if (flying[open.at] !== open) return;
  const last = flying.pop();
  if (last === undefined || last === open) return;
  flying[open.at] = last;
  last.at = open.at;
}

/** Counts the limits that a request has passed by now, each once. */
function pass(open: Open, took: number): void {
  const { group, row } = open;
  while (open.passed < group.limits.length && took > (group.limits[open.passed] ?? 0)) {
    row.slow[open.passed] = (row.slow[open.passed] ?? 0) + 1;
    row.changed = true;
    open.passed += 1;
  }
}

function isSame(one: Ahead | undefined, other: Ahead | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.level === other.level && one.from === other.from && one.cut === other.cut;
}

function cellOf(outcome: Outcome): Cell {
  const { flag, rule, release, level, arm, epoch, variant } = outcome;
  return {
    flag,
    rule: rule ?? null,
    release: release ?? null,
    level: level ?? null,
    arm,
    epoch: epoch ?? null,
    variant: variant ?? null,
  };
}
