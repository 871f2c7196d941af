import type {
  Acknowledgement,
  SyncEvent,
  TwoPhaseReceiverEvent,
  TwoPhaseReceiverState,
} from '@ombre/protocol';
import {
  beginReceiving,
  createEventParser,
  isLive,
  parseSyncEvent,
  receive,
  stagedBy,
} from '@ombre/protocol';
import { type ManualClock, manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { asked, flag, openTestControl, type TestControl } from '../commands/control.suite.ts';
import { silent } from '../http/log.ts';
import { openMemoryStore } from '../store/memory-store.ts';
import type { TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { Coordinator, Lease } from './coordinator.ts';
import type { Staging } from './staging.ts';
import { startCoordinator } from './start-coordinator.ts';

export const ENVIRONMENT: string = asked.environment;
/** Milliseconds of a lease here. */
export const LEASE = 15_000;
const FENCE = 'controller';

/** A gateway as it follows the control plane, without bytes. */
export interface Gateway {
  readonly name: string;
  readonly at: number;
  readonly live: boolean;
  readonly staged: { readonly id: string; readonly version: number } | undefined;
  /** Hears nothing and says nothing while it is away. */
  away: boolean;
  /** In another lineage, where one is named. */
  acknowledge(lineage?: string): Promise<Lease>;
}

/** One environment with two flags, its store, and the gateways that follow it. */
export interface Stage {
  readonly control: TestControl;
  readonly store: TwoPhaseStore;
  readonly clock: ManualClock;
  readonly coordinator: Coordinator;
  readonly told: readonly SyncEvent[];
  readonly ended: readonly (readonly [end: string, committing: number | undefined])[];
  gateway(name: string): Gateway;
  /** All gateways say where they are, until nobody has anything new to say. */
  talk(): Promise<void>;
  /** kill -9. */
  kill(): void;
  /** kill -9 and a new process. `faults` breaks the new one's writes. */
  restart(faults?: Faults): Promise<void>;
  /** Both flags to a variant, as one change. */
  begin(
    id?: string,
    variant?: string,
    more?: { readonly deadline?: number; readonly dryRun?: boolean },
  ): ReturnType<Coordinator['begin']>;
  revision(): number;
  close(): Promise<void>;
}

/** Stops the process at its `at`th write: before it, or after it and before anybody hears of it. `lost`: it goes on and coordinates no more. */
export interface Faults {
  readonly at: number;
  readonly when: 'before' | 'after' | 'lost';
}

class Killed extends Error {}

export const both = (variant: string) => ['a', 'b'].map((name) => flag(name, { default: variant }));

export async function openStage(): Promise<Stage> {
  const clock = manualClock();
  // Leases of the store run by their own clock, which stands still here.
  const store = openMemoryStore(() => 1);
  const control = await openTestControl(store);
  await control.files(both('v1'));
  const gateways: Sim[] = [];
  const told: SyncEvent[] = [];
  const ended: [string, number | undefined][] = [];
  let coordinator: Coordinator;
  let dead = { is: false };

  const head = () => {
    const found = control.views.head(ENVIRONMENT);
    if (found === undefined) throw new Error('no head');
    return found.head;
  };

  async function start(faults?: Faults): Promise<Coordinator> {
    const own = { is: false };
    dead = own;
    let writes = 0;
    const cutting = async <T>(work: () => Promise<T>): Promise<T> => {
      writes += 1;
      if (own.is) throw new Killed();
      if (writes === faults?.at && faults.when === 'before') {
        own.is = true;
        throw new Killed();
      }
      const done = await work();
      if (writes === faults?.at) {
        own.is = true;
        if (faults.when !== 'lost') throw new Killed();
      }
      return done;
    };
    const held = await store.lease(FENCE, 'this server', 1_000_000);
    const writing: TwoPhaseStore = {
      ...store.twoPhase,
      write: (...all) => cutting(() => store.twoPhase.write(...all)),
    };
    const deciding: Staging = {
      ...control.staging,
      decide: (...all) => cutting(() => control.staging.decide(...all)),
    };
    const parser = createEventParser();
    const started = startCoordinator({
      environment: ENVIRONMENT,
      store: writing,
      staging: deciding,
      views: control.views,
      fence: () => (own.is || held === undefined ? undefined : { lease: FENCE, token: held.token }),
      lease: LEASE,
      tell(text) {
        if (own.is) return;
        for (const received of parser.push(text)) {
          const parsed = parseSyncEvent(received, ENVIRONMENT);
          if (!parsed.ok) throw new Error(parsed.code);
          told.push(parsed.event);
          for (const one of gateways) one.hear(parsed.event);
        }
      },
      serves: async () => {},
      clock,
      log: silent,
      news: { ended: (end, took) => ended.push([end, took]) },
    });
    started.wake();
    return started;
  }

  class Sim implements Gateway {
    readonly name: string;
    away = false;
    state: TwoPhaseReceiverState = beginReceiving(head().revision);

    constructor(name: string) {
      this.name = name;
    }

    get at(): number {
      return this.state.at;
    }

    get live(): boolean {
      return isLive(this.state, clock.monotonic());
    }

    get staged(): Gateway['staged'] {
      return stagedBy(this.state);
    }

    take(event: TwoPhaseReceiverEvent): void {
      this.state = receive(this.state, event).state;
      const { stage } = this.state;
      if (stage?.progress === 'working') this.take({ type: 'staged', id: stage.id, version: stage.version });
    }

    hear(event: SyncEvent): void {
      if (this.away) return;
      if (event.type === 'prepare') {
        const { id, version, delta } = event;
        this.take({ type: 'prepare', id, version, base: delta.from, digest: delta.head.digest });
      } else if (event.type === 'commit') {
        const { id, version } = event;
        this.take({ type: 'commit', id, version, digest: event.head.head.digest });
      } else if (event.type === 'abort') this.take({ type: 'abort', id: event.id });
    }

    /** The ordinary delta. */
    follow(): void {
      if (!this.away && head().revision > this.at) this.take({ type: 'serves', revision: head().revision });
    }

    async acknowledge(lineage: string = head().lineage): Promise<Lease> {
      const { digest } = head();
      const { staged } = this;
      const acknowledgement: Acknowledgement = {
        receiver: this.name,
        class: 'gateway',
        lineage,
        revision: this.at,
        digest,
        ...(staged === undefined ? {} : { staged }),
      };
      const sent = clock.monotonic();
      const lease = await coordinator.acknowledged(acknowledgement);
      if (lease === 'granted') this.take({ type: 'granted', sent, lease: LEASE });
      return lease;
    }
  }

  control.changes.subscribe(ENVIRONMENT, () => coordinator.wake());
  coordinator = await start();
  // Leases of before the start have run out.
  await settled();
  clock.advance(LEASE);

  async function settled(): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  return {
    control,
    store: store.twoPhase,
    clock,
    get coordinator() {
      return coordinator;
    },
    told,
    ended,
    gateway(name) {
      const made = new Sim(name);
      gateways.push(made);
      return made;
    },
    async talk() {
      for (let said = ''; ; ) {
        for (const one of gateways) {
          if (!one.away) await one.acknowledge().catch(() => {});
        }
        await settled();
        for (const one of gateways) one.follow();
        const now = JSON.stringify(gateways.map(({ at, staged }) => [at, staged]));
        if (now === said) return;
        said = now;
      }
    },
    kill() {
      dead.is = true;
    },
    async restart(faults) {
      dead.is = true;
      coordinator = await start(faults);
      await settled();
    },
    begin: (id = 'c1', variant = 'v2', more = {}) =>
      coordinator.begin({ ...asked, origin: 'files', resources: both(variant), id, ...more }),
    revision: () => head().revision,
    close: () => coordinator.close(),
  };
}
