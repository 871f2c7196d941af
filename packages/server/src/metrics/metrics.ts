import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@ombre/carry';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ControllerNews } from '../controllers/controller.ts';
import type { Places } from '../http/place.ts';
import type { Receivers } from '../sync/receivers.ts';
import type { TwoPhaseNews } from '../two-phase/coordinator.ts';
import type { Views } from '../views/views.ts';
import { type Controllers, createReleaseMetrics } from './release-metrics.ts';
import { createTwoPhaseMetrics, type UnderWay } from './two-phase-metrics.ts';

export interface Metrics {
  /** The text that Prometheus reads. */
  text(): Promise<string>;
  /** One evaluation request, in seconds. */
  evaluated(kind: 'single' | 'bulk', seconds: number): void;
  /** One refused or failed request. */
  failed(code: string): void;
  /** One apply and how it ended: `changed`, `unchanged` or its code. */
  applied(environment: string, result: string): void;
  /** What a controller of an environment tells. */
  controlled(environment: string): ControllerNews;
  /** What a coordinator of two-phase changes tells. */
  coordinated(environment: string): TwoPhaseNews;
  close(): void;
}

export interface MetricsOptions {
  readonly places: Places;
  readonly receivers: Receivers;
  readonly views: Pick<Views, 'resource'>;
  readonly clock: Clock;
  readonly controllers?: Controllers;
  readonly coordinators?: UnderWay;
}

/** What an operator watches. Values that others hold are read when Prometheus asks; only requests count as they happen. */
export function createMetrics({
  places,
  receivers,
  views,
  clock,
  controllers = () => [],
  coordinators = () => [],
}: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();

  const seconds = new Histogram({
    name: 'ombre_evaluation_seconds',
    help: 'Time an OFREP request took inside the server',
    labelNames: ['kind'],
    buckets: [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25],
    registers,
  });
  const failures = new Counter({
    name: 'ombre_failures_total',
    help: 'Requests answered with a failure, by its code',
    labelNames: ['code'],
    registers,
  });
  const applies = new Counter({
    name: 'ombre_applies_total',
    help: 'Applies of a directory by how they ended',
    labelNames: ['environment', 'result'],
    registers,
  });

  // Reset and filled at each scrape, since the totals are kept by what counts outcomes.
  const decisions = new Counter({
    name: 'ombre_decisions_total',
    help: 'Answers given, by the flag, the rule that served, the variant and the cause',
    labelNames: ['environment', 'flag', 'rule', 'variant', 'cause'],
    registers,
  });
  const misses = new Counter({
    name: 'ombre_rule_misses_total',
    help: 'Times a rule was tried and did not serve',
    labelNames: ['environment', 'flag', 'rule'],
    registers,
  });

  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge<L>({ name, help, labelNames, registers });
  const revision = gauge('ombre_revision', 'Revision served', ['environment']);
  const flags = gauge('ombre_flags', 'Flags served', ['environment']);
  const unsupported = gauge('ombre_flags_unsupported', 'Flags that cannot be served as written', [
    'environment',
  ]);
  const streams = gauge('ombre_streams', 'Open event streams', ['environment', 'kind']);
  const cut = gauge('ombre_streams_cut', 'Streams cut for their backlog since the start', ['environment']);
  const live = gauge('ombre_receivers', 'Receivers by class and lease', ['environment', 'class', 'lease']);
  const lag = gauge('ombre_receiver_lag_revisions', 'Most revisions a leased receiver is behind', [
    'environment',
  ]);
  const stale = gauge('ombre_receivers_stale', 'Leased receivers behind the head or of another lineage', [
    'environment',
  ]);
  const refused = gauge('ombre_author_refused', '1 while the last save of the directory is refused', [
    'environment',
  ]);
  const drift = gauge('ombre_author_drift', 'Resources where what is served differs from the directory', [
    'environment',
  ]);
  const delay = gauge('ombre_event_loop_delay_seconds', 'Event-loop delay since the last scrape', [
    'quantile',
  ]);

  const releases = createReleaseMetrics(registry, controllers);
  const twoPhase = createTwoPhaseMetrics(registry, coordinators);

  function collect(): void {
    releases.collect();
    twoPhase.collect();
    decisions.reset();
    misses.reset();
    for (const metric of [live, streams]) metric.reset();
    for (const place of places.all()) {
      const { environment } = place;
      const { snapshot, head } = place.live.current();
      place.counts.fold((flag) => rulesOf(views, environment, flag));
      for (const { flag, rule, variant, reason, total } of place.counts.hits()) {
        decisions.inc({ environment, flag, rule, variant, cause: reason }, total);
      }
      for (const { flag, rule, total } of place.counts.misses())
        misses.inc({ environment, flag, rule }, total);
      revision.set({ environment }, head.head.revision);
      flags.set({ environment }, snapshot.flags.length);
      unsupported.set({ environment }, snapshot.unsupported.length);
      streams.set({ environment, kind: 'sync' }, place.streams.counts.sync);
      streams.set({ environment, kind: 'evaluation' }, place.streams.counts.evaluation);
      cut.set({ environment }, place.streams.counts.cut);
      const rows = receivers.view(environment, head.head);
      for (const row of rows) live.inc({ environment, class: row.class, lease: row.lease });
      const held = rows.filter((row) => row.lease === 'held');
      lag.set({ environment }, Math.max(0, ...held.map((row) => row.behind ?? 0)));
      stale.set({ environment }, held.filter((row) => row.behind !== 0).length);
      const author = place.author?.();
      if (author !== undefined) {
        refused.set({ environment }, author.state === 'refused' || author.state === 'failed' ? 1 : 0);
        drift.set({ environment }, author.drift.length);
      }
    }
    for (const quantile of [0.5, 0.99, 1]) {
      const nanoseconds = quantile === 1 ? loop.max : loop.percentile(quantile * 100);
      delay.set({ quantile: String(quantile) }, Math.max(0, nanoseconds) / 1e9);
    }
    loop.reset();
    uptime.set(clock.monotonic() / 1000);
  }
  const uptime = gauge('ombre_uptime_seconds', 'Seconds since the process began', []);

  // One request is timed in a few nanoseconds: labels are looked up once.
  const single = seconds.labels('single');
  const bulk = seconds.labels('bulk');
  return {
    text() {
      collect();
      return registry.metrics();
    },
    evaluated: (kind, took) => (kind === 'single' ? single : bulk).observe(took),
    failed: (code) => failures.inc({ code }),
    applied: (environment, result) => applies.inc({ environment, result }),
    controlled: releases.controlled,
    coordinated: twoPhase.coordinated,
    close: () => loop.disable(),
  };
}

/** The flag's rules in their order, as they are now. */
function rulesOf(views: Pick<Views, 'resource'>, environment: string, flag: string): readonly string[] {
  const resource = views.resource(environment, `Flag/${flag}`)?.resource;
  return resource?.kind === 'Flag' ? (resource.spec.rules ?? []).map((rule) => rule.id) : [];
}
