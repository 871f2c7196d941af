import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Controller, ControllerNews } from '../controllers/controller.ts';
import { isJudged } from '../controllers/time-passes.ts';

export type Controllers = () => Iterable<readonly [environment: string, controller: Controller]>;

/** What an operator watches of releases: where each stands, whether somebody controls, and how late. */
export interface ReleaseMetrics {
  /** Takes what the controller of an environment tells. */
  controlled(environment: string): ControllerNews;
  /** Reads where every release stands; called at each scrape. */
  collect(): void;
}

export function createReleaseMetrics(registry: Registry, controllers: Controllers): ReleaseMetrics {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge<L>({ name, help, labelNames, registers });
  const phase = gauge('ombre_release_phase', '1 for the phase a release is in', [
    'environment',
    'release',
    'phase',
  ]);
  const frozen = gauge('ombre_release_frozen', '1 for each cause a release is frozen for', [
    'environment',
    'release',
    'cause',
  ]);
  const health = gauge('ombre_release_health', '1 for the verdict on a release that is judged now', [
    'environment',
    'release',
    'verdict',
  ]);
  const treated = gauge('ombre_release_share', 'Largest share of units that a release treats', [
    'environment',
    'release',
  ]);
  const holds = gauge(
    'ombre_controller_holds',
    '1 where this process controls the releases of an environment',
    ['environment'],
  );
  const lag = gauge('ombre_controller_tick_lag_seconds', 'Most that a tick came late since the last scrape', [
    'environment',
  ]);
  const ticks = new Counter({
    name: 'ombre_controller_ticks_total',
    help: 'Passes over all releases of an environment',
    labelNames: ['environment'],
    registers,
  });
  const lates = new Histogram({
    name: 'ombre_controller_tick_late_seconds',
    help: 'How late ticks came; later than 3 s nothing climbs on them',
    labelNames: ['environment'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 3, 10],
    registers,
  });
  const rollbacks = new Counter({
    name: 'ombre_release_rollbacks_total',
    help: 'Releases that were taken back, by what asked for it',
    labelNames: ['environment', 'cause'],
    registers,
  });
  const effects = new Counter({
    name: 'ombre_release_effects_total',
    help: 'Effects of releases that were performed, by their result',
    labelNames: ['environment', 'kind', 'result'],
    registers,
  });
  const worst = new Map<string, number>();

  return {
    controlled: (environment) => ({
      ticked(late) {
        ticks.inc({ environment });
        lates.observe({ environment }, late / 1000);
        worst.set(environment, Math.max(worst.get(environment) ?? 0, late));
      },
      performed: (kind, result) => effects.inc({ environment, kind, result }),
      rolledBack: (cause) => rollbacks.inc({ environment, cause }),
    }),
    collect() {
      for (const metric of [phase, frozen, health, treated, holds, lag]) metric.reset();
      for (const [environment, controller] of controllers()) {
        holds.set({ environment }, controller.holds ? 1 : 0);
        lag.set({ environment }, (worst.get(environment) ?? 0) / 1000);
        for (const followed of controller.followed.values()) {
          const { release, state } = followed;
          phase.set({ environment, release, phase: state.phase }, 1);
          if (isJudged(followed)) health.set({ environment, release, verdict: followed.health.verdict }, 1);
          treated.set({ environment, release }, Math.max(0, ...state.placement.shares));
          for (const cause of state.frozen?.causes ?? []) frozen.set({ environment, release, cause }, 1);
        }
      }
      worst.clear();
    },
  };
}
