import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { climb, ENVIRONMENT, flag, openStage, type Stage } from '../controllers/stage.suite.ts';
import { createReleaseMetrics } from './release-metrics.ts';

describe('metrics of a release', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  test('tell where it stands and how it is judged, and no verdict once it was taken back', async () => {
    await stage.control.files([flag('a'), climb('r')]);
    const registry = new Registry();
    const metrics = createReleaseMetrics(registry, () => [[ENVIRONMENT, controller]]);
    const controller = stage.start('one', { news: metrics.controlled(ENVIRONMENT) });
    const of = async (name: string): Promise<readonly string[]> => {
      metrics.collect();
      const text = await registry.getSingleMetricAsString(name);
      return text
        .split('\n')
        .filter((line) => line.startsWith(name))
        .map((line) => line.slice(name.length));
    };
    const labels = `environment="${ENVIRONMENT}",release="r"`;

    stage.gateway.traffic = { requests: 4, failures: 0 };
    await stage.pass(1_000, controller);
    expect(await of('ombre_release_phase')).toEqual([`{${labels},phase="dwelling"} 1`]);
    expect(await of('ombre_release_health')).toEqual([`{${labels},verdict="good"} 1`]);
    expect(await of('ombre_release_share')).toEqual([`{${labels}} 0.5`]);

    stage.gateway.traffic = { requests: 4, failures: 4 };
    await stage.pass(4_000, controller);
    stage.gateway.traffic = { requests: 0, failures: 0 };
    await stage.pass(10_000, controller);
    expect(await of('ombre_release_phase')).toEqual([`{${labels},phase="rolled-back"} 1`]);
    expect(await of('ombre_release_health')).toEqual([]);
    expect(await of('ombre_release_rollbacks_total')).toEqual([
      `{environment="${ENVIRONMENT}",cause="guard"} 1`,
    ]);
  });
});
