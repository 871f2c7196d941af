import { z } from 'zod';
import { duration } from '../scalars.ts';

/** Two copies of the data that must agree before steps are undone. */
export interface PostgresConsistency {
  readonly postgres: {
    /** References to connection URLs, such as `env:OMBRE_SECRET_PRIMARY`. */
    readonly primary: string;
    readonly standby: string;
    /** Bytes of the primary's log the standby may have still to replay. Default: 1 MiB. */
    readonly bytes?: number;
    /** Or the time in which it must replay what the primary had written when asked. Default: 1s. */
    readonly within?: string;
  };
}

export type Consistency = PostgresConsistency;

const reference = z
  .string()
  .regex(
    /^(env:OMBRE_SECRET_[A-Z0-9_]{1,100}|file:[A-Za-z0-9][A-Za-z0-9._-]{0,99})$/,
    'a secret is referred to as env:OMBRE_SECRET_NAME, or file:NAME in the secrets folder of the data directory',
  );

export const consistencySchema: z.ZodType<Consistency> = z.strictObject({
  postgres: z.strictObject({
    primary: reference,
    standby: reference,
    bytes: z.int().min(0).exactOptional(),
    within: duration.exactOptional(),
  }),
});
