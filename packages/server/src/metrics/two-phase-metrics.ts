import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Coordinator, TwoPhaseNews } from '../two-phase/coordinator.ts';

export type UnderWay = () => Iterable<
  readonly [environment: string, coordinator: Pick<Coordinator, 'underWay'>]
>;

/** What an operator watches of two-phase changes: whether one is under way, how they end, how long both revisions serve. */
export interface TwoPhaseMetrics {
  coordinated(environment: string): TwoPhaseNews;
  /** Called at each scrape. */
  collect(): void;
}

export function createTwoPhaseMetrics(registry: Registry, coordinators: UnderWay): TwoPhaseMetrics {
  const registers = [registry];
  const committing = new Histogram({
    name: 'ombre_two_phase_committing_seconds',
    help: 'From the decision of a two-phase change until no live receiver serves the revision before',
    labelNames: ['environment'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60],
    registers,
  });
  const ended = new Counter({
    name: 'ombre_two_phase_changes_total',
    help: 'Two-phase changes by how they ended',
    labelNames: ['environment', 'end'],
    registers,
  });
  const phase = new Gauge({
    name: 'ombre_two_phase_under_way',
    help: '1 for the phase of the two-phase change that is under way',
    labelNames: ['environment', 'phase'],
    registers,
  });
  return {
    coordinated: (environment) => ({
      ended(end, took) {
        ended.inc({ environment, end });
        if (took !== undefined) committing.observe({ environment }, took / 1000);
      },
    }),
    collect() {
      phase.reset();
      for (const [environment, { underWay }] of coordinators()) {
        if (underWay !== undefined) phase.set({ environment, phase: underWay.phase }, 1);
      }
    },
  };
}
