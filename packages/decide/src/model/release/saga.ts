import { z } from 'zod';
import type { JsonValue } from '../json.ts';
import { duration, label } from '../scalars.ts';

/** A request to a participant. It is sent at least once, and with the same `Idempotency-Key` however often. */
export interface SagaCall {
  readonly url: string;
  /** Default: POST. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A value may refer to a secret: `env:OMBRE_SECRET_ORDERS`, `file:orders-token`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. Default: who asks for what. */
  readonly body?: JsonValue;
  /** Default: 10s. */
  readonly timeout?: string;
}

/** A step that is undone when the release goes back. */
export interface CompensatedStep {
  readonly name: string;
  readonly do: SagaCall;
  readonly undo: SagaCall;
}

/** A reservation (try, confirm, cancel): confirmed when the release completes, cancelled when it goes back. */
export interface ReservedStep {
  readonly name: string;
  readonly try: SagaCall;
  readonly confirm: SagaCall;
  readonly cancel: SagaCall;
}

/** What a participant outside does before a level is entered, and how that is taken back. */
export type SagaStep = CompensatedStep | ReservedStep;

const call: z.ZodType<SagaCall> = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).exactOptional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().max(4096)).exactOptional(),
  body: (z.json() as unknown as z.ZodType<JsonValue>).exactOptional(),
  timeout: duration.exactOptional(),
});

export const sagaStepSchema: z.ZodType<SagaStep> = z.union([
  z.strictObject({ name: label, do: call, undo: call }),
  z.strictObject({ name: label, try: call, confirm: call, cancel: call }),
]);
