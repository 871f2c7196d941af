import { z } from 'zod';
import { label, name, share } from './scalars.ts';

/** How units become positions, as data, so that imported flags can keep their vendor's buckets. */
export type Algorithm = 'ombre/1';

/** Everybody who gets here gets the variant. */
export interface ServeVariant {
  readonly variant: string;
}

/** A fixed part of all units gets the variant; the others go on to the next rule. */
export interface ServeShare {
  readonly share: number;
  readonly variant: string;
  /** What the unit is hashed with; `flag/rule` unless written. Two allocations with one salt choose the same units. */
  readonly salt?: string;
  readonly algorithm?: Algorithm;
}

/** Every unit gets one of the variants, in proportion to relative weights (integers or decimals ≥ 0, not all 0). */
export interface ServeSplit {
  readonly split: Readonly<Record<string, number>>;
  readonly salt?: string;
  readonly algorithm?: Algorithm;
}

/** The most specific row of a table decides; no row: the next rule. */
export interface ServeTable {
  readonly table: string;
}

export type Serve = ServeVariant | ServeShare | ServeSplit | ServeTable;

const salt: z.ZodType<string> = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[^:]+$/, 'a salt has no ":"');
const algorithm: z.ZodType<Algorithm> = z.literal('ombre/1');

export const serveVariant: z.ZodType<ServeVariant> = z.strictObject({ variant: label });
export const serveShare: z.ZodType<ServeShare> = z.strictObject({
  share,
  variant: label,
  salt: salt.exactOptional(),
  algorithm: algorithm.exactOptional(),
});
export const serveSplit: z.ZodType<ServeSplit> = z.strictObject({
  split: z.record(label, z.number().min(0).max(1_000_000)),
  salt: salt.exactOptional(),
  algorithm: algorithm.exactOptional(),
});
export const serveTable: z.ZodType<ServeTable> = z.strictObject({ table: name });
export const serve: z.ZodType<Serve> = z.union([serveVariant, serveShare, serveSplit, serveTable]);
