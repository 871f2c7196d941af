import type { Level } from '@ombre/decide/model';
import { type AheadSums, createAheadSums } from './ahead-sums.ts';
import { type ArmSums, addTo, armTally, emptyArm } from './arm-sums.ts';
import type { SeenCircuit } from './circuits.ts';
import { type CountersReport, type CountersReportRow, rowKey } from './counters-report.ts';
import type { Tally } from './tally.ts';

/** Sums the reports of gateways, in memory: after a restart it asks each of them for a full report. */
export type Ledger = {
  /** Takes a report; `resend`: the next one must be full. A report seen before changes nothing. */
  take(report: CountersReport, now: number): { readonly resend: boolean };
  /** A gateway that is gone (its lease ran out): its counts stay, its silence is no longer waited for. */
  leave(source: string): void;
  /** What was counted for a release at an epoch, for the climb that began after the epoch `since`, and ahead of the levels of its ladder. */
  tally(release: string, epoch: number, now: number, since?: number, ladder?: readonly Level[]): Tally;
  /** How circuits stand at the gateways that are heard. */
  circuits(now: number): readonly SeenCircuit[];
  /** Forgets a release that is over. */
  drop(release: string): void;
};

/** A gateway reports every 250 ms; after so long, in ms, it is silent. */
const SILENT = 2_000;

type Source = {
  boot: string;
  sequence: number;
  seen: number;
  /** When its reports were last without a gap; undefined while they are. */
  brokenSince: number | undefined;
  gone: boolean;
  limits: CountersReport['limits'];
  /** What was last reported in this boot. */
  groups: Map<string, Group>;
  circuits: readonly SeenCircuit[];
};

/** Rows that differ in their sub-bucket alone. */
type Group = {
  readonly cell: Cell;
  /** By sub-bucket. */
  readonly last: (RowCounts | undefined)[];
};

type RowCounts = Pick<
  CountersReportRow,
  'requests' | 'failures' | 'notPermitted' | 'slow' | 'latencySum' | 'open' | 'units'
>;
type Cell = Omit<CountersReportRow, 'bucket' | keyof RowCounts>;

type ReleaseSums = {
  /** By epoch, then level, then arm. */
  epochs: Map<number, Map<string, { treatment: ArmSums; control: ArmSums }>>;
  /** By epoch: users no level holds for. */
  outside: Map<number, ArmSums>;
  /** Those of them whom the next level holds for. */
  readonly ahead: AheadSums;
  /** By epoch, also of those past. */
  totals: Map<number, EpochTotals>;
};

type EpochTotals = {
  readonly treated: Totals;
  readonly control: Totals;
  readonly rest: Totals;
  /** Distinct units that were treated. */
  units: number;
};

/** `slow` by limit in ms. */
type Totals = { begun: number; open: number; failures: number; slow: Map<number, number> };

/** An empty ledger. */
export function createLedger(): Ledger {
  const sources = new Map<string, Source>();
  const releases = new Map<string, ReleaseSums>();

  /** Takes the counts of a sub-bucket, and adds what they grew by since they were last reported in this boot. */
  function grow({ cell, last }: Group, bucket: number, row: RowCounts, limits: readonly number[]): void {
    const before = last[bucket];
    last[bucket] = row;
    if (cell.release === null) return;
    const sums = releases.get(cell.release) ?? emptyRelease();
    releases.set(cell.release, sums);
    const requests = row.requests - (before?.requests ?? 0);
    const failures = row.failures - (before?.failures ?? 0);
    const open = row.open - (before?.open ?? 0);
    const units = row.units - (before?.units ?? 0);
    const passed = limits.map((limit, index) => {
      return [limit, (row.slow[index] ?? 0) - (before?.slow[index] ?? 0)] as const;
    });
    const epoch = sums.totals.get(cell.epoch ?? 0) ?? emptyTotals();
    sums.totals.set(cell.epoch ?? 0, epoch);
    if (cell.arm === 'treatment') epoch.units += units;
    const totals = epoch[cell.arm === 'treatment' ? 'treated' : cell.arm === 'control' ? 'control' : 'rest'];
    totals.begun += requests;
    totals.open += open;
    totals.failures += failures;
    for (const [limit, slow] of passed) totals.slow.set(limit, (totals.slow.get(limit) ?? 0) + slow);
    const latencySum = row.latencySum - (before?.latencySum ?? 0);
    // What an open circuit kept away hurt people, but tells nothing of the version: it was not asked.
    const kept = (row.notPermitted ?? 0) - (before?.notPermitted ?? 0);
    const asked = { requests: requests - kept, failures: failures - kept };
    const growth = { bucket, ...asked, open, latencySum, slow: passed, units };
    const arm = armOf(sums, cell);
    if (arm !== undefined) addTo(arm, growth);
    if (cell.ahead !== undefined) sums.ahead.add(cell.ahead, growth);
  }

  /** Requests that were in flight when a gateway died are over. */
  function closeBoot(source: Source): void {
    for (const group of source.groups.values()) {
      for (const [bucket, row] of group.last.entries()) {
        if (row !== undefined && row.open > 0) grow(group, bucket, { ...row, open: 0 }, []);
      }
    }
    source.groups = new Map();
  }

  return {
    take(report, now) {
      let source = sources.get(report.source);
      if (source === undefined) {
        source = {
          boot: '',
          sequence: 0,
          seen: now,
          brokenSince: now,
          gone: false,
          limits: {},
          groups: new Map(),
          circuits: [],
        };
        sources.set(report.source, source);
      }
      const sameBoot = source.boot === report.boot;
      if (sameBoot && report.sequence <= source.sequence) {
        return { resend: source.brokenSince !== undefined };
      }
      const whole = report.full || (sameBoot && report.sequence === source.sequence + 1);
      if (!sameBoot) closeBoot(source);
      const unbroken = report.full || (whole && source.brokenSince === undefined);
      Object.assign(source, {
        boot: report.boot,
        sequence: report.sequence,
        seen: now,
        gone: false,
        limits: report.limits,
        brokenSince: unbroken ? undefined : (source.brokenSince ?? now),
        circuits: seenCircuits(report, source.circuits, now),
      });
      for (const row of report.rows) {
        const { bucket, requests, failures, notPermitted = 0, slow, latencySum, open, units, ...cell } = row;
        const counts = { requests, failures, notPermitted, slow, latencySum, open, units };
        grow(groupOf(source, cell), bucket, counts, report.limits[cell.release ?? ''] ?? []);
      }
      return { resend: !unbroken };
    },
    leave(name) {
      const source = sources.get(name);
      if (source !== undefined) source.gone = true;
    },
    tally(release, epoch, now, since = 0, ladder = []) {
      const sums = releases.get(release) ?? emptyRelease();
      // A gateway that routes by another flag does not name the release, and need not be heard.
      const present = [...sources].filter(
        ([, source]) => !source.gone && source.limits[release] !== undefined,
      );
      const limits = commonLimits(present.map(([, source]) => source.limits[release]));
      // What is older is never asked for again.
      for (const known of [sums.epochs, sums.outside]) {
        for (const old of known.keys()) if (old < epoch) known.delete(old);
      }
      const levels = [...(sums.epochs.get(epoch) ?? [])].map(([level, { treatment, control }]) => [
        level,
        { treatment: armTally(treatment, limits), control: armTally(control, limits) },
      ]);
      const outside = sums.outside.get(epoch);
      // A climb before gave the bands of this one different pasts.
      const ahead = since > 0 ? undefined : sums.ahead.tally(ladder, limits);
      return {
        limits,
        levels: Object.fromEntries(levels) as Tally['levels'],
        ...(outside === undefined ? {} : { outside: armTally(outside, limits) }),
        ...(ahead === undefined ? {} : { ahead }),
        climb: climbTally(sums, since, limits),
        sources: present.length,
        missing: present.flatMap(([source, { brokenSince, seen }]): Tally['missing'] => {
          if (now - seen > SILENT) return [{ source, why: 'silent', since: seen }];
          return brokenSince === undefined ? [] : [{ source, why: 'gap', since: brokenSince }];
        }),
      };
    },
    circuits(now) {
      return [...sources.values()].flatMap(({ gone, seen, circuits }) =>
        gone || now - seen > SILENT ? [] : circuits,
      );
    },
    drop(release) {
      releases.delete(release);
      for (const { groups } of sources.values()) {
        for (const [key, { cell }] of groups) if (cell.release === release) groups.delete(key);
      }
    },
  };
}

/** The circuits of a report, each with when it was seen to open. */
function seenCircuits(
  { source, circuits = [] }: CountersReport,
  before: readonly SeenCircuit[],
  now: number,
): readonly SeenCircuit[] {
  return circuits.map((circuit) => {
    const known = before.find(
      ({ flag, variant, upstream }) =>
        flag === circuit.flag && variant === circuit.variant && upstream === circuit.upstream,
    );
    const opened =
      circuit.state !== 'open' || known === undefined
        ? undefined
        : known.state === 'open'
          ? known.opened
          : now;
    return { ...circuit, source, ...(opened === undefined ? {} : { opened }) };
  });
}

function groupOf({ groups }: Source, cell: Cell): Group {
  const key = rowKey(cell);
  const group = groups.get(key) ?? { cell, last: [] };
  groups.set(key, group);
  return group;
}

function emptyRelease(): ReleaseSums {
  return {
    epochs: new Map(),
    outside: new Map(),
    ahead: createAheadSums(),
    totals: new Map(),
  };
}

function emptyTotals(): EpochTotals {
  const none = (): Totals => ({ begun: 0, open: 0, failures: 0, slow: new Map() });
  return { treated: none(), control: none(), rest: none(), units: 0 };
}

/** What all epochs after `since` add up to; what is still open, of all epochs. */
function climbTally({ totals }: ReleaseSums, since: number, limits: readonly number[]): Tally['climb'] {
  const counted = [...totals].flatMap(([epoch, one]) => (epoch > since ? [one] : []));
  const sum = (of: readonly EpochTotals[], read: (one: EpochTotals) => number): number =>
    of.reduce((all, one) => all + read(one), 0);
  const arm = (name: 'treated' | 'control' | 'rest') => ({
    begun: sum(counted, (one) => one[name].begun),
    ended: sum(counted, (one) => one[name].begun - one[name].open),
    failures: sum(counted, (one) => one[name].failures),
    slow: limits.map((limit) => sum(counted, (one) => one[name].slow.get(limit) ?? 0)),
  });
  const [treated, control, rest] = [arm('treated'), arm('control'), arm('rest')];
  return {
    treated: {
      ...treated,
      open: sum([...totals.values()], (one) => one.treated.open),
      units: Math.max(0, ...counted.map(({ units }) => units)),
    },
    control,
    rest,
    requests: treated.begun + control.begun + rest.begun,
  };
}

/** Where a row is counted; undefined: nowhere but in the totals. */
function armOf(sums: ReleaseSums, { arm, level, epoch }: Cell): ArmSums | undefined {
  if (epoch === null) return undefined;
  if (arm === 'none' || level === null) {
    if (arm !== 'none' || level !== null) return undefined;
    const outside = sums.outside.get(epoch) ?? emptyArm();
    sums.outside.set(epoch, outside);
    return outside;
  }
  const levels = sums.epochs.get(epoch) ?? new Map<string, { treatment: ArmSums; control: ArmSums }>();
  sums.epochs.set(epoch, levels);
  const arms = levels.get(level) ?? { treatment: emptyArm(), control: emptyArm() };
  levels.set(level, arms);
  return arms[arm];
}

/** Limits that every gateway counts. */
function commonLimits(all: readonly (readonly number[] | undefined)[]): readonly number[] {
  const [first, ...others] = all;
  return (first ?? []).filter((limit) => others.every((limits) => limits?.includes(limit)));
}
