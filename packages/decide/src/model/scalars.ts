import { z } from 'zod';
import { DURATION } from './duration.ts';
import { MILLION } from './share.ts';

/** Names of resources and ids of rules: clients put flag names unescaped into URLs, and `:` separates salt from unit. */
export const name: z.ZodType<string> = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,99}$/,
    'a name is 1 to 100 of a-z 0-9 . _ - and starts with a letter or digit',
  );

/** Names of variants, levels and upstreams' clusters: as {@link name}, capitals allowed. */
export const label: z.ZodType<string> = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'a label is 1 to 100 of A-Z a-z 0-9 . _ - and starts with a letter or digit',
  );

/** A dotted attribute path such as `user.tier`; each part is an identifier of CEL. */
export const attributeName: z.ZodType<string> = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/,
    'an attribute is a dotted path of identifiers, such as user.tier',
  );

/** A CEL condition; the checker caps its length, size and cost. */
export const condition: z.ZodType<string> = z.string().min(1).max(4096);

/** An instant as RFC 3339 with an offset, such as `2026-11-21T08:00:00Z`. */
export const instant: z.ZodType<string> = z.iso.datetime({ offset: true });

/** A length of time as a number and a unit: `250ms`, `1.2s`, `5m`, `1h`, `7d`. */
export const duration: z.ZodType<string> = z
  .string()
  .regex(DURATION, 'a duration is a number and one of ms, s, m, h, d, such as 5m');

/** A fraction of all units, 0 to 1, with at most six decimals. */
export const share: z.ZodType<number> = z
  .number()
  .min(0)
  .max(1)
  .refine((value) => Math.abs(value * MILLION - Math.round(value * MILLION)) < 1e-6, {
    message: 'a share has at most six decimals',
  });
