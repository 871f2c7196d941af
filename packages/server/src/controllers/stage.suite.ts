import type { Clock } from '@ombre/carry';
import type { Resource } from '@ombre/decide/model';
import { type CounterRow, type Counters, SUB_BUCKETS } from '@ombre/protocol';
import type { Command } from '@ombre/release';
import { type ManualClock, manualClock } from '../../../carry/src/manual-clock.suite.ts';
import type { Commands } from '../commands/commands.ts';
import {
  asked,
  ENVIRONMENT,
  flag,
  openTestControl,
  resource,
  type TestControl,
  testKeyring,
} from '../commands/control.suite.ts';
import type { EffectContext, Effects } from '../effects/effect.ts';
import { silent } from '../http/log.ts';
import { createMemoryProvider, type MemoryProvider } from '../metric-provider/memory-provider.ts';
import { seeReceivers } from '../nodes/receivers-seen.ts';
import { openMemoryStore } from '../store/memory-store.ts';
import type { ProgressRow, ProgressStore } from '../store/progress/progress-store.ts';
import type { Store } from '../store/store.ts';
import type { Controller, ControllerParts } from './controller.ts';
import { startController } from './start-controller.ts';
import { TICK } from './turns.ts';

export { ENVIRONMENT, flag };

type Spec = Extract<Resource, { readonly kind: 'Release' }>['spec'];

/** Half, then all, two seconds each, at most 5 % failures. */
export function climb(name: string, spec: Partial<Spec> = {}): Resource {
  return resource('Release', name, {
    flag: 'a',
    from: 'v1',
    to: 'v2',
    ladder: [
      { name: 'half', share: 0.5, dwell: '2s' },
      { name: 'all', share: 1, dwell: '2s' },
    ],
    guards: [{ errorRate: { max: 0.05 } }],
    ...spec,
  });
}

/** A gateway that counts what the stage says. */
export interface FakeGateway {
  /** Counts so many requests of each arm from now on between two reports, and how many of treatment's fail. */
  traffic: { readonly requests: number; readonly failures: number };
  /** How its circuits stand. */
  circuits: NonNullable<Counters['circuits']>;
  report(full?: boolean): Counters;
  /** Counts one interval's requests, where the release stands. */
  count(): void;
}

export interface Stage {
  readonly control: TestControl;
  readonly store: Store & { readonly progress: ProgressStore };
  readonly clock: ManualClock;
  readonly gateway: FakeGateway;
  readonly told: { readonly key: string; readonly topic: string }[];
  /** Starts a controller on the store; parts may be replaced. */
  start(holder: string, more?: Partial<ControllerParts>): Controller;
  /** Lets time pass: each tick the gateway reports to those who take it. */
  pass(milliseconds: number, ...controllers: readonly Controller[]): Promise<void>;
  row(release: string): Promise<ProgressRow | undefined>;
  /** What of each level the release `r` treats, or another one. */
  shares(release?: string): readonly number[] | undefined;
  /** Asks something of the release `r`, or another one; answers the id of the command. */
  tell(command: Command, release?: string): Promise<string>;
  kinds(release: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** An environment with the flag `a`, a clock that stands still, and one gateway. */
export async function openStage(): Promise<Stage> {
  const clock = manualClock();
  const store = openMemoryStore(() => clock.now());
  let nanos = 0n;
  const control = await openTestControl(
    store,
    { now: () => clock.now(), nanos: () => String(++nanos), advance: () => {} },
    testKeyring(),
  );
  const gateway = fakeGateway(control);
  const told: { key: string; topic: string }[] = [];
  const started: Controller[] = [];
  const effects: Partial<Effects> = {
    notify: {
      perform: async (key, { topic }, _signal: AbortSignal, _context: EffectContext) => {
        told.push({ key, topic });
        return { result: 'done' };
      },
    },
  };
  const stage: Stage = {
    control,
    store,
    clock,
    gateway,
    told,
    start(holder, more = {}) {
      const controller = startController({
        environment: ENVIRONMENT,
        holder,
        store,
        progress: store.progress,
        commands: control.commands,
        views: control.views,
        receivers: () => {
          const { lineage = '', revision = 0 } = control.views.head(ENVIRONMENT)?.head ?? {};
          return seeReceivers(
            { held: [{ lineage, revision, count: 1 }], lacking: [], goneGateways: [] },
            lineage,
          );
        },
        effects,
        clock,
        log: silent,
        ...more,
      });
      started.push(controller);
      return controller;
    },
    async pass(milliseconds, ...controllers) {
      for (let passed = 0; passed < milliseconds; passed += TICK) {
        clock.advance(TICK);
        gateway.count();
        for (const controller of controllers) {
          const answer = controller.take(gateway.report());
          if (answer?.resend) controller.take(gateway.report(true));
        }
        await settle();
      }
    },
    shares: (release = 'r') =>
      control.views.placements(ENVIRONMENT)?.find((row) => row.release === release)?.placement.shares,
    async tell(command, release = 'r') {
      const at = clock.now();
      const id = `${command} ${at}`;
      await store.progress.ask(ENVIRONMENT, { id, release, command, by: 'ann', why: 'so', at });
      return id;
    },
    row: async (release) =>
      (await store.progress.load(ENVIRONMENT)).rows.find((row) => row.release === release),
    kinds: async (release) =>
      (await store.progress.history(ENVIRONMENT, release, { limit: 500 })).map(({ kind }) => kind),
    async close() {
      await Promise.all(started.map((controller) => controller.close()));
      control.close();
    },
  };
  return stage;
}

/** A stage with the release `r`, held at half: its metric `lost` is asked every second, and `more` guards beside it. */
export async function openMeasuredStage(
  more: NonNullable<Spec['guards']> = [],
): Promise<{ readonly stage: Stage; readonly provider: MemoryProvider }> {
  const stage = await openStage();
  const lost = { metric: { name: 'lost', query: 'lost', max: 0.5, every: '1s' } };
  await stage.control.files([
    flag('a'),
    climb('r', {
      guards: [{ errorRate: { max: 0.05 } }, lost, ...more],
      ladder: [{ name: 'half', share: 0.5, dwell: '1h' }],
    }),
  ]);
  stage.gateway.traffic = { requests: 4, failures: 0 };
  return { stage, provider: createMemoryProvider() };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 12; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

function fakeGateway(control: TestControl): FakeGateway {
  const rows = new Map<string, CounterRow>();
  let sequence = 0;
  const gateway: FakeGateway = {
    traffic: { requests: 0, failures: 0 },
    circuits: [],
    count() {
      for (const { release, placement } of control.views.placements(ENVIRONMENT) ?? []) {
        if (placement.reached === 0) continue;
        for (const arm of ['treatment', 'control'] as const) {
          for (let bucket = 0; bucket < SUB_BUCKETS; bucket += 1) {
            const key = `${release} ${placement.epoch} ${arm} ${bucket}`;
            const before = rows.get(key);
            const { requests, failures } = gateway.traffic;
            rows.set(key, {
              flag: 'a',
              rule: null,
              release,
              level: placement.reached === 1 ? 'half' : 'all',
              arm,
              epoch: placement.epoch,
              variant: arm === 'treatment' ? 'v2' : 'v1',
              bucket,
              requests: (before?.requests ?? 0) + requests,
              failures: (before?.failures ?? 0) + (arm === 'treatment' ? failures : 0),
              slow: [],
              latencySum: 0,
              open: 0,
              units: 40,
            });
          }
        }
      }
    },
    report(full = false) {
      sequence += 1;
      const all = [...rows.values()];
      const releases = (control.views.placements(ENVIRONMENT) ?? []).map(({ release }) => [release, []]);
      const limits = Object.fromEntries(releases) as Counters['limits'];
      const { circuits } = gateway;
      return { source: 'g', boot: 'b', sequence, at: 0, limits, full, rows: all, circuits };
    },
  };
  return gateway;
}

/** A process that can be made to die: nothing it began goes on, and what it waits for never comes. */
export interface Mortal {
  readonly parts: Pick<ControllerParts, 'progress' | 'commands' | 'clock' | 'store'>;
  /** Writes so far. */
  readonly writes: number;
  readonly dead: boolean;
}

/** Dies right after its n-th write went in, before it hears so. */
export function mortal(stage: Stage, dieAfter: number): Mortal {
  let writes = 0;
  let dead = false;
  const never = (): Promise<never> => new Promise(() => {});
  const wrote = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) return never();
    const result = await work();
    writes += 1;
    if (writes >= dieAfter) dead = true;
    return dead ? never() : result;
  };
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) return never();
    const result = await work();
    return dead ? never() : result;
  };
  const { progress } = stage.store;
  const { commands } = stage.control;
  const clock: Clock = {
    now: stage.clock.now,
    monotonic: stage.clock.monotonic,
    after: (milliseconds, call) => stage.clock.after(milliseconds, () => (dead ? undefined : call())),
  };
  const acting = (
    what: 'place' | 'apply' | 'land',
  ): Commands['place'] & Commands['apply'] & Commands['land'] =>
    ((input: never) => wrote(() => commands[what](input))) as never;
  return {
    parts: {
      clock,
      progress: {
        ...progress,
        load: (environment) => alive(() => progress.load(environment)),
        asked: (environment) => alive(() => progress.asked(environment)),
        commit: (commit) => wrote(() => progress.commit(commit)),
      },
      commands: { place: acting('place'), apply: acting('apply'), land: acting('land') },
      store: {
        lease: (...lease) => alive(() => stage.store.lease(...lease)),
        release: (...lease) => (dead ? never() : stage.store.release(...lease)),
      },
    },
    get writes() {
      return writes;
    },
    get dead() {
      return dead;
    },
  };
}

export { asked };
