import type { CounterRow, Counters } from '@ombre/protocol';

/** Requests of each flag, released or not: what a plan is made for. */
export interface FlagTraffic {
  take(report: Counters, now: number): void;
  /** Over the last minute; undefined where nobody counted the flag. */
  read(
    flag: string,
    now: number,
  ): { readonly requestsPerSecond: number; readonly errorRate: number } | undefined;
}

interface Second {
  readonly at: number;
  requests: number;
  failures: number;
}

const WINDOW = 60_000;
const SLICE = 1_000;
/** Below this much time, in ms, a rate says little. */
const LEAST = 2_000;

export function createFlagTraffic(): FlagTraffic {
  const sources = new Map<string, { boot: string; sequence: number; rows: Map<string, CounterRow> }>();
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
        const { flag, rule, release, level, arm, epoch, variant, bucket } = row;
        const key = `${flag}|${rule}|${release}|${level}|${arm}|${epoch}|${variant}|${bucket}`;
        const before = source.rows.get(key);
        source.rows.set(key, row);
        if (!known) continue;
        const slices = flags.get(flag) ?? [];
        flags.set(flag, slices);
        let slice = slices.at(-1);
        if (slice === undefined || now - slice.at >= SLICE) {
          slice = { at: now, requests: 0, failures: 0 };
          slices.push(slice);
          while ((slices[0]?.at ?? now) < now - WINDOW) slices.shift();
        }
        slice.requests += row.requests - (before?.requests ?? 0);
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
      return { requestsPerSecond: requests / (time / 1000), errorRate: failures / requests };
    },
  };
}
