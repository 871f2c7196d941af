import { z } from 'zod';
import { duration } from '../scalars.ts';

/** What must agree before a level is entered: a person, or a service that answers 2xx. */
export type Gate =
  | { readonly approval: true }
  | { readonly webhook: { readonly url: string; readonly timeout?: string } };

export const gateSchema: z.ZodType<Gate> = z.union([
  z.strictObject({ approval: z.literal(true) }),
  z.strictObject({
    webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }), timeout: duration.exactOptional() }),
  }),
]);
