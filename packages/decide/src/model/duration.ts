import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A length of time as a number and a unit: `250ms`, `1.2s`, `5m`, `1h`, `7d`. */
export const duration: z.ZodType<string> = z
  .string()
  .regex(PATTERN, 'a duration is a number and one of ms, s, m, h, d, such as 5m');

/** Milliseconds of a duration text; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const unit = UNITS[match[2] as keyof typeof UNITS];
  return Number(match[1]) * unit;
}
