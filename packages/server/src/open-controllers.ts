import type { Clock } from '@ombre/carry';
import type { Commands } from './commands/commands.ts';
import type { Controller, ControllerNews } from './controllers/controller.ts';
import { startController } from './controllers/start-controller.ts';
import type { Effects } from './effects/effect.ts';
import type { Log } from './http/log.ts';
import type { MetricProvider } from './metric-provider/metric-provider.ts';
import type { KnownReceivers } from './nodes/known-receivers.ts';
import { createReleases } from './releases/create-releases.ts';
import { createReleaseStreams } from './releases/release-streams.ts';
import type { Releases } from './releases/releases.ts';
import type { ProgressStore } from './store/progress/progress-store.ts';
import type { Store } from './store/store.ts';
import type { Changes, Views } from './views/views.ts';

export interface ControllersParts {
  readonly store: Pick<Store, 'lease' | 'release'>;
  readonly progress: ProgressStore;
  /** See ControllerParts.holder. */
  readonly holder: string;
  readonly commands: Pick<Commands, 'place' | 'apply' | 'land'>;
  readonly views: Views;
  readonly changes: Changes;
  readonly receivers: Pick<KnownReceivers, 'seen'>;
  readonly effects?: Partial<Effects>;
  readonly provider?: MetricProvider | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Streams of one release at most. */
  readonly streamLimit: number;
  readonly news?: (environment: string) => ControllerNews;
}

export interface Controllers {
  /** Undefined where there is no such environment. */
  of(environment: string): Releases | undefined;
  /** See Controller.fence. */
  fence(environment: string): Controller['fence'];
  all(): Iterable<readonly [environment: string, controller: Controller]>;
  /** Gives every lease up. */
  close(): Promise<void>;
}

/** A controller for each environment of the store; whether it controls or stands by, its lease says. */
export function openControllers(parts: ControllersParts): Controllers {
  const { store, progress, holder, commands, views, changes, receivers, clock, log, newId } = parts;
  const open = new Map<string, { controller: Controller; releases: Releases; end(): void }>();

  function start(environment: string) {
    const seen = () => receivers.seen(environment, views.head(environment)?.head.lineage ?? '');
    const controller = startController({
      environment,
      holder,
      store,
      progress,
      commands,
      views,
      receivers: seen,
      ...(parts.effects === undefined ? {} : { effects: parts.effects }),
      provider: parts.provider,
      clock,
      log,
      ...(parts.news === undefined ? {} : { news: parts.news(environment) }),
    });
    const unsubscribe = changes.subscribe(environment, () => controller.wake());
    const streams = createReleaseStreams({ environment, progress, clock, limit: parts.streamLimit });
    const releases = createReleases({
      environment,
      controller,
      progress,
      views,
      clock,
      newId,
      streams,
      receivers: seen,
    });
    const end = (): void => {
      unsubscribe();
      streams.close();
    };
    const started = { controller, releases, end };
    open.set(environment, started);
    return started;
  }

  for (const environment of views.environments()) start(environment);
  return {
    of(environment) {
      const known = open.get(environment);
      if (known !== undefined) return known.releases;
      return views.environments().includes(environment) ? start(environment).releases : undefined;
    },
    fence(environment) {
      const known = open.get(environment);
      if (known !== undefined) return known.controller.fence;
      if (views.environments().includes(environment)) start(environment);
      return undefined;
    },
    *all() {
      for (const [environment, { controller }] of open) yield [environment, controller] as const;
    },
    async close() {
      for (const { end } of open.values()) end();
      await Promise.all([...open.values()].map(({ controller }) => controller.close()));
      open.clear();
    },
  };
}
