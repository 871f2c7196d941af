import type { CounterRow, Counters } from '@ombre/protocol';
import { rowKey } from '@ombre/release';

/** Requests of each flag, released or not: what a plan is made for. */
export interface FlagTraffic {
  take(report: Counters, now: number): void;
  /** Over the last minute; undefined where nobody counted the flag. */
  read(flag: string, now: number): ReadTraffic | undefined;
}

export interface ReadTraffic {
  readonly requestsPerSecond: number;
  readonly errorRate: number;
  /** Part of the flag's requests that each level of a release held for, by release and level, as far as it decided for them. */
  readonly levels: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type Counted = Pick<CounterRow, 'requests' | 'failures'>;

interface Second {
  readonly at: number;
  requests: number;
  failures: number;
  /** By release, then level. */
  readonly levels: Map<string, Map<string, number>>;
}

const WINDOW = 60_000;
const SLICE = 1_000;
/** Below this much time, in ms, a rate says little. */
const LEAST = 2_000;

export function createFlagTraffic(): FlagTraffic {
  const sources = new Map<string, { boot: string; sequence: number; rows: Map<string, Counted> }>();
  const flags = new Map<string, Second[]>();

  return {
    take(report, now) {
      let source = sources.get(report.source);
      if (source?.boot === report.boot && report.sequence <= source.sequence) return;
      // What a gateway counted before it was first heard of happened at no known time.
      const known = source?.boot === report.boot || report.sequence === 1;
      if (source?.boot !== report.boot) source = { boot: report.boot, sequence: 0, rows: new Map() };
      sources.set(report.source, source);
      source.sequence = report.sequence;
      for (const row of report.rows) {
        const { flag, release, level, bucket } = row;
        const key = `${bucket}|${rowKey(row)}`;
        const before = source.rows.get(key);
        source.rows.set(key, { requests: row.requests, failures: row.failures });
        if (!known) continue;
        const slices = flags.get(flag) ?? [];
        flags.set(flag, slices);
        let slice = slices.at(-1);
        if (slice === undefined || now - slice.at >= SLICE) {
          slice = { at: now, requests: 0, failures: 0, levels: new Map() };
          slices.push(slice);
          while ((slices[0]?.at ?? now) < now - WINDOW) slices.shift();
        }
        const more = row.requests - (before?.requests ?? 0);
        slice.requests += more;
        if (release !== null && level !== null && more > 0) {
          const levels = slice.levels.get(release) ?? new Map<string, number>();
          slice.levels.set(release, levels.set(level, (levels.get(level) ?? 0) + more));
        }
        slice.failures += row.failures - (before?.failures ?? 0);
      }
    },
    read(flag, now) {
      const slices = (flags.get(flag) ?? []).filter(({ at }) => at >= now - WINDOW);
      const [first] = slices;
      const time = first === undefined ? 0 : now - first.at;
      if (time < LEAST) return undefined;
      const requests = slices.reduce((sum, slice) => sum + slice.requests, 0);
      const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
      if (requests === 0) return undefined;
      const levels = levelsOf(slices);
      return { requestsPerSecond: requests / (time / 1000), errorRate: failures / requests, levels };
    },
  };
}

/** Each level's part of the requests, from after it was first counted until it was last. */
function levelsOf(slices: readonly Second[]): ReadTraffic['levels'] {
  const names = new Map<string, Set<string>>();
  for (const { levels } of slices) {
    for (const [release, counted] of levels) {
      names.set(release, new Set([...(names.get(release) ?? []), ...counted.keys()]));
    }
  }
  const partOf = (release: string, level: string): number | undefined => {
    const count = ({ levels }: Second) => levels.get(release)?.get(level) ?? 0;
    const first = slices.findIndex((slice) => count(slice) > 0);
    const last = slices.findLastIndex((slice) => count(slice) > 0);
    const whole = slices.slice(first + 1, last + 1);
    const requests = whole.reduce((sum, slice) => sum + slice.requests, 0);
    if (whole.length * SLICE < LEAST || requests === 0) return undefined;
    return whole.reduce((sum, slice) => sum + count(slice), 0) / requests;
  };
  const known = [...names].map(([release, all]) => {
    const parts = [...all].flatMap((level) => {
      const part = partOf(release, level);
      return part === undefined ? [] : [[level, part] as const];
    });
    return [release, Object.fromEntries(parts)] as const;
  });
  return Object.fromEntries(known);
}
