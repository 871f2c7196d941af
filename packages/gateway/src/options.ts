import type { ReceiverOptions } from '@ombre/carry';
import type { BreakerSettings } from './breaker/breaker.ts';
import type { BaggageOptions } from './proxy/baggage.ts';

export interface Listen {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

/** A listening socket that the process was started with: several processes may take connections from one, in turn or at once. */
export interface Inherited {
  readonly fd: number;
}

export interface GatewayOptions {
  /** Where the environment is followed, see `openReceiver`. */
  readonly receiver: Omit<ReceiverOptions, 'class' | 'receiver'>;
  /** The flag whose variants are upstreams. */
  readonly flag: string;
  readonly listen: Listen | Inherited;
  /** Metrics and health; absent: none. Not for the clients of the gateway. */
  readonly admin?: Listen;
  /** Where gateways that somebody runs already ask for decisions, see `createForwardAuth`; absent: nowhere. Not for clients. */
  readonly forwardAuth?: Listen;
  /** Tells listed hosts which unit got which variant. Default: nobody. */
  readonly baggage?: BaggageOptions;
  /** Stable over restarts: what counters and leases are kept under. `[A-Za-z0-9._-]`, at most 100 of them. */
  readonly name: string;
  /** Addresses or networks of the proxies that may say who the client is; see `clientOf`. Default: none. */
  readonly trusted?: readonly string[];
  /** `header:NAME` or `cookie:NAME` that hold the unit, the first with a value counts. Only what clients cannot forge. */
  readonly units?: readonly string[];
  /** Further attributes: name to `header:NAME` or `cookie:NAME`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Name of the cookie for anonymous units. Default: `ombre_unit`. */
  readonly cookie?: string;
  /** Milliseconds an answer may take to begin where the Upstream does not say. Default: 30 s. */
  readonly timeout?: number;
  /** False: no circuit breakers. */
  readonly breaker?: Partial<BreakerSettings> | false;
  /** Answers name the variant and the revision that decided, as `ombre-variant` and `ombre-revision`. Default: false. */
  readonly expose?: boolean;
  /** Milliseconds that the first snapshot is waited for before clients' port opens. Default: 3 s. */
  readonly patience?: number;
  /** Milliseconds that requests under way may take when the gateway stops. Default: 30 s. */
  readonly grace?: number;
  /** Told once when it begins: a problem of the source, a circuit that opens, counters that are not taken. */
  readonly log?: (level: 'info' | 'warn', message: string) => void;
}
