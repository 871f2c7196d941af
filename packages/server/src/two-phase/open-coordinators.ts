import type { Clock } from '@ombre/carry';
import type { Acknowledgement } from '@ombre/protocol';
import type { Log } from '../http/log.ts';
import type { Places } from '../http/place.ts';
import type { Fence, TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { TwoPhaseVoice } from '../sync/stream.ts';
import type { Changes, Views } from '../views/views.ts';
import { type Coordinator, type Lease, startCoordinator, type TwoPhaseNews } from './coordinator.ts';
import type { Staging } from './staging.ts';

export interface CoordinatorsParts {
  readonly store: TwoPhaseStore;
  readonly staging: Staging;
  readonly views: Views;
  readonly changes: Changes;
  readonly places: Pick<Places, 'get'>;
  /** See CoordinatorParts.fence. */
  readonly fence: (environment: string) => Fence | undefined;
  /** Milliseconds a lease runs. */
  readonly lease: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly news?: (environment: string) => TwoPhaseNews;
}

export interface Coordinators {
  /** Undefined where there is no such environment. */
  of(environment: string): Coordinator | undefined;
  /** What the streams of an environment say of its two-phase changes. */
  voice(environment: string): TwoPhaseVoice;
  /** Whether a receiver's lease runs anew. Whoever is no gateway or OFREP server has no part in two-phase changes. */
  acknowledged(environment: string, acknowledgement: Acknowledgement): Promise<Lease>;
  all(): Iterable<readonly [environment: string, coordinator: Coordinator]>;
  close(): Promise<void>;
}

/** A coordinator for each environment of the store. */
export function openCoordinators(parts: CoordinatorsParts): Coordinators {
  const { views, changes, places, clock, log } = parts;
  const open = new Map<string, { readonly coordinator: Coordinator; end(): void }>();

  function start(environment: string): Coordinator {
    const coordinator = startCoordinator({
      environment,
      store: parts.store,
      staging: parts.staging,
      views,
      fence: () => parts.fence(environment),
      lease: parts.lease,
      tell: (text) => {
        if (text !== '') places.get(environment)?.streams.tell(text);
      },
      serves: (revision) => served(environment, revision),
      clock,
      log,
      ...(parts.news === undefined ? {} : { news: parts.news(environment) }),
    });
    open.set(environment, { coordinator, end: changes.subscribe(environment, () => coordinator.wake()) });
    return coordinator;
  }

  /** This process answers OFREP too: it is on a revision before it says that others should be. */
  function served(environment: string, revision: number): Promise<void> {
    const live = places.get(environment)?.live;
    const there = (): boolean => live === undefined || live.current().head.head.revision >= revision;
    if (there()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        unsubscribe();
        resolve();
      };
      const unsubscribe = live?.subscribe(() => there() && done()) ?? (() => {});
      const cancel = clock.after(parts.lease, () => {
        log.error({ environment, revision }, 'a revision that was decided is not served here');
        done();
      });
    });
  }

  function of(environment: string): Coordinator | undefined {
    const known = open.get(environment)?.coordinator;
    if (known !== undefined) return known;
    return views.environments().includes(environment) ? start(environment) : undefined;
  }

  return {
    of,
    voice: (environment) => ({
      before: (head) => of(environment)?.before(head) ?? '',
      opening: () => of(environment)?.opening() ?? '',
    }),
    async acknowledged(environment, acknowledgement) {
      if (acknowledgement.class !== 'gateway' && acknowledgement.class !== 'ofrep') return 'granted';
      return (await of(environment)?.acknowledged(acknowledgement)) ?? 'elsewhere';
    },
    *all() {
      for (const [environment, { coordinator }] of open) yield [environment, coordinator] as const;
    },
    async close() {
      for (const { end } of open.values()) end();
      await Promise.all([...open.values()].map(({ coordinator }) => coordinator.close()));
      open.clear();
    },
  };
}
