import type { Ahead, Arm } from '@ombre/decide';
import { z } from 'zod';
import { SUB_BUCKETS } from './sub-bucket.ts';

/** What one gateway counted for one outcome and sub-bucket of units, since its boot. Everything but `open` only grows. */
export interface CounterRow {
  readonly flag: string;
  readonly rule: string | null;
  readonly release: string | null;
  /** The level whose share decided. */
  readonly level: string | null;
  readonly arm: Arm;
  readonly epoch: number | null;
  readonly variant: string | null;
  /** Of units that no reached level holds for: where they will stand at the next level. Absent: nowhere, or nobody can tell. */
  readonly ahead?: Ahead;
  /** Sub-bucket of the unit, 0 to 63: murmur3 of `sub:` and the unit, modulo 64. */
  readonly bucket: number;
  /** Requests begun. */
  readonly requests: number;
  /** Requests that ended badly. */
  readonly failures: number;
  /** Of the failures, those of calls that an open circuit did not permit: they say nothing new of the variant. Absent: none. */
  readonly notPermitted?: number;
  /** By limit of `limits[release]`: requests that took longer, counted the moment they pass the limit, ended or not. */
  readonly slow: readonly number[];
  /** Milliseconds of all requests that ended. */
  readonly latencySum: number;
  /** Requests in flight now. */
  readonly open: number;
  /** Distinct units seen; an estimate will do. */
  readonly units: number;
}

/** How the circuit of one variant's upstream stands at a gateway. */
export interface Circuit {
  readonly flag: string;
  readonly variant: string;
  readonly upstream: string;
  readonly state: 'closed' | 'open' | 'half-open';
}

/**
 * A report of one gateway, posted every 250 ms. Counts are cumulative within a `boot`, so a lost report costs nothing but
 * time: after a gap in `sequence` health is unknown until the next full report. A gateway whose limits change begins a new boot.
 */
export interface Counters {
  /** Name of the gateway, stable over restarts. */
  readonly source: string;
  /** Drawn anew whenever counting starts from nothing. */
  readonly boot: string;
  /** 1, 2, 3 … within the boot. */
  readonly sequence: number;
  /** Milliseconds since 1970 on the gateway's clock; information only. */
  readonly at: number;
  /** By release: the latencies in milliseconds, ascending, that `slow` counts beyond (`latencyLimits` of its guards). */
  readonly limits: Readonly<Record<string, readonly number[]>>;
  /** Rows hold everything counted in the boot; otherwise what changed since the report before. The first of a boot is full. */
  readonly full: boolean;
  readonly rows: readonly CounterRow[];
  /** Circuits of the routing flag's variants as they stand now; absent where there are none. */
  readonly circuits?: readonly Circuit[];
}

const text = z.string().min(1).max(200);
const count = z.int().min(0);
const millionths = count.max(1_000_000);

export const counterRow: z.ZodType<CounterRow> = z.object({
  flag: text,
  rule: text.nullable(),
  release: text.nullable(),
  level: text.nullable(),
  arm: z.enum(['treatment', 'control', 'none']),
  epoch: count.nullable(),
  variant: text.nullable(),
  ahead: z.object({ level: text, from: millionths, below: millionths, cut: count }).exactOptional(),
  bucket: z
    .int()
    .min(0)
    .max(SUB_BUCKETS - 1),
  requests: count,
  failures: count,
  notPermitted: count.exactOptional(),
  slow: z.array(count).max(50),
  latencySum: z.number().min(0),
  open: count,
  units: count,
});

export const counters: z.ZodType<Counters> = z.object({
  source: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  boot: text,
  sequence: z.int().min(1),
  at: z.number(),
  limits: z.record(text, z.array(z.number().min(0)).max(50)),
  full: z.boolean(),
  rows: z.array(counterRow).max(100_000),
  circuits: z
    .array(
      z.object({
        flag: text,
        variant: text,
        upstream: text,
        state: z.enum(['closed', 'open', 'half-open']),
      }),
    )
    .max(1_000)
    .exactOptional(),
});

/** Answer to a report; `resend`: the next one must be full, since something between was not received. */
export interface CountersAnswer {
  readonly resend: boolean;
}

export const countersAnswer: z.ZodType<CountersAnswer> = z.object({ resend: z.boolean() });
