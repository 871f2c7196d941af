import type { Clock } from '@ombre/carry';
import type { Acknowledgement } from '@ombre/protocol';
import type { Log } from '../http/log.ts';
import type { Places } from '../http/place.ts';
import type { HandOn } from '../nodes/hand-on.ts';
import type { Store } from '../store/store.ts';
import type { Fence, TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { TwoPhaseVoice } from '../sync/stream.ts';
import type { Changes, Views } from '../views/views.ts';
import type { Coordinator, Lease, TwoPhaseNews } from './coordinator.ts';
import { takeOwnPart } from './own-part.ts';
import type { Staging } from './staging.ts';
import { startCoordinator } from './start-coordinator.ts';

/** How long another process may take to answer an acknowledgement, in ms. */
const PATIENCE = 5_000;

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
  /** Where several processes share the store: how to reach the one that coordinates, and what this one is called among receivers. */
  readonly others?:
    | { readonly handOn: HandOn; readonly receiver: string; readonly watch: Store['watch'] }
    | undefined;
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
  acknowledged(environment: string, acknowledgement: Acknowledgement, handedOn?: boolean): Promise<Lease>;
  all(): Iterable<readonly [environment: string, coordinator: Coordinator]>;
  close(): Promise<void>;
}

/** A coordinator for each environment of the store. */
export function openCoordinators(parts: CoordinatorsParts): Coordinators {
  const { views, changes, places, others, clock, log } = parts;
  const open = new Map<string, { readonly coordinator: Coordinator; end(): void }>();
  let closed = false;
  const unwatch = others?.watch((environment) => of(environment)?.wake());

  function start(environment: string): Coordinator {
    const own =
      others &&
      takeOwnPart({
        environment,
        receiver: others.receiver,
        live: () => places.get(environment)?.live,
        coordinator: () => open.get(environment)?.coordinator,
        handOn: others.handOn,
        lease: parts.lease,
        clock,
      });
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
      followed: () => own?.look(),
      clock,
      log,
      ...(parts.news === undefined ? {} : { news: parts.news(environment) }),
    });
    const unsubscribe = changes.subscribe(environment, () => coordinator.wake());
    const end = (): void => {
      unsubscribe();
      own?.close();
    };
    open.set(environment, { coordinator, end });
    coordinator.wake();
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
    return !closed && views.environments().includes(environment) ? start(environment) : undefined;
  }

  return {
    of,
    voice: (environment) => ({
      before: (head) => of(environment)?.before(head) ?? '',
      opening: () => of(environment)?.opening() ?? '',
    }),
    async acknowledged(environment, acknowledgement, handedOn = false) {
      if (acknowledgement.class !== 'gateway' && acknowledgement.class !== 'ofrep') return 'granted';
      const lease = (await of(environment)?.acknowledged(acknowledgement)) ?? 'elsewhere';
      if (lease !== 'elsewhere' || handedOn || others === undefined) return lease;
      const answer = await others.handOn(environment, 'acknowledge', { body: acknowledgement }, PATIENCE);
      const { status = 0, body } = answer ?? {};
      if (status !== 200 || typeof body !== 'object' || body === null) return 'elsewhere';
      if (!('lease' in body) || body.lease !== parts.lease) {
        // What is told here would be another lease than is waited for there.
        log.warn(
          { environment, here: parts.lease },
          'the process that coordinates gives leases of another length',
        );
        return 'elsewhere';
      }
      return 'granted' in body && body.granted === false ? 'refused' : 'granted';
    },
    *all() {
      for (const [environment, { coordinator }] of open) yield [environment, coordinator] as const;
    },
    async close() {
      closed = true;
      unwatch?.();
      for (const { end } of open.values()) end();
      await Promise.all([...open.values()].map(({ coordinator }) => coordinator.close()));
      open.clear();
    },
  };
}
