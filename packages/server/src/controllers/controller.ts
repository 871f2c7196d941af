import type { Clock } from '@ombre/carry';
import type { Counters } from '@ombre/protocol';
import type { Effect } from '@ombre/release';
import type { Commands } from '../commands/commands.ts';
import type { Effects } from '../effects/effect.ts';
import type { Log } from '../http/log.ts';
import type { MetricProvider } from '../metric-provider/metric-provider.ts';
import type { ReceiversSeen } from '../nodes/receivers-seen.ts';
import type { ProgressStore } from '../store/progress/progress-store.ts';
import type { Store } from '../store/store.ts';
import type { Views } from '../views/views.ts';
import type { FlagTraffic } from './flag-traffic.ts';
import type { Followed } from './followed.ts';

/** Told of what happens, for metrics and logs. */
export interface ControllerNews {
  /** One pass over all releases ended; `late` is how long after its time it began, in ms. */
  ticked?(late: number): void;
  performed?(kind: Effect['kind'], result: 'done' | 'failed' | 'unknown'): void;
  rolledBack?(cause: string): void;
}

export interface ControllerParts {
  /** `project/environment`. */
  readonly environment: string;
  /** Names this process among those that want to control; one that stays over a restart takes its lease back at once. */
  readonly holder: string;
  readonly store: Pick<Store, 'lease' | 'release'>;
  readonly progress: ProgressStore;
  readonly commands: Pick<Commands, 'place' | 'apply' | 'land'>;
  readonly views: Pick<Views, 'head' | 'encoded' | 'resource' | 'resources' | 'placements' | 'overrides'>;
  /** Those of every process; where it fails nothing is decided. */
  readonly receivers: () => ReceiversSeen | Promise<ReceiversSeen>;
  /** What reaches outside; a kind that is absent answers `unknown` (notifications: are only logged). */
  readonly effects?: Partial<Effects>;
  /** Where guards that ask elsewhere get their numbers; without one they are unknown. */
  readonly provider?: MetricProvider | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly news?: ControllerNews;
  /** Lets other work of the process through between two slices of a long pass. */
  readonly breathe?: () => Promise<void>;
}

/** The shell of all release machines of one environment. */
export interface Controller {
  /** Whether this process decides now. */
  readonly holds: boolean;
  /** What lets this process write while it decides; undefined from the moment on when another one may have taken over. */
  readonly fence: { readonly lease: string; readonly token: number } | undefined;
  /** What lets no turn of this process succeed, and since when, ms since 1970: nothing moves meanwhile. */
  readonly halted: { readonly since: number; readonly why: string } | undefined;
  /** Releases as they are followed; empty where another process decides. */
  readonly followed: ReadonlyMap<string, Followed>;
  readonly traffic: FlagTraffic;
  /** Milliseconds since 1970, steady over clock steps. */
  time(): number;
  /** Takes a report of a gateway; undefined where another process decides. */
  take(report: Counters): { readonly resend: boolean } | undefined;
  /** Looks for commands and changes now, rather than at the next tick. */
  wake(): void;
  /** Finishes what is being written, gives the lease up and stops. */
  close(): Promise<void>;
}
