import type { MetricProvider } from '../metric-provider/metric-provider.ts';
import { createConsistency } from './consistency/consistency.ts';
import type { Effects } from './effect.ts';
import type { Call } from './egress/call.ts';
import { createGate } from './gate.ts';
import { createNotify } from './notify/notify.ts';
import type { Webhook } from './notify/webhook.ts';
import { createProbe } from './probe.ts';
import { createSaga } from './saga/saga.ts';
import type { Secrets } from './secrets.ts';

export interface EffectsOptions {
  /** The way out for URLs of resources. */
  readonly call: Call;
  /** The way out for the webhooks of whoever runs the server. */
  readonly notifyCall: Call;
  readonly webhooks: readonly Webhook[];
  /** Looks up what whoever runs the server refers to. */
  readonly secrets: Secrets;
  /** Looks up what resources refer to. */
  readonly declared: Secrets;
  /** Reference to the key that questions of gates and calls of steps are signed with. */
  readonly signing?: string | undefined;
  readonly metrics?: MetricProvider | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 … 1. */
  readonly chance: () => number;
}

/** The performers of all effects that reach outside. */
export function createEffects(options: EffectsOptions): Effects {
  const { notifyCall: call } = options;
  return {
    notify: createNotify({ ...options, call }),
    gate: createGate(options),
    probe: createProbe(options),
    saga: createSaga(options),
    consistency: createConsistency(options),
  };
}
