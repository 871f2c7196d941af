import { afterAll, expect, test } from 'vitest';
import {
  type PrometheusServer,
  prometheusBinary,
  startPrometheus,
} from '../metric-provider/prometheus-server.suite.ts';
import { EXAMPLE, type Rig, startRig } from '../running-server.suite.ts';

let prometheus: PrometheusServer | undefined;
let rig: Rig | undefined;

afterAll(async () => {
  await prometheus?.close();
  await rig?.close();
});

test.skipIf(prometheusBinary === undefined)(
  'a real Prometheus scrapes what was decided (skipped without the Debian package prometheus)',
  async () => {
    rig = await startRig({ files: EXAMPLE });
    for (let i = 0; i < 7; i++) await rig.post('/ofrep/v1/evaluate/flags/plain', {});
    prometheus = await startPrometheus(`http://127.0.0.1:${rig.port}`);
    const query = encodeURIComponent('ombre_decisions_total{flag="plain"}');
    for (;;) {
      const answer = await ask(`${prometheus.url}/api/v1/query?query=${query}`);
      const [sample] = answer?.data?.result ?? [];
      if (sample !== undefined) {
        expect(sample.metric).toMatchObject({
          environment: 'judge/production',
          variant: 'on',
          cause: 'static',
        });
        expect(sample.value[1]).toBe('7');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  },
);

interface Answer {
  readonly data?: { readonly result?: { metric: Record<string, string>; value: [number, string] }[] };
}

async function ask(url: string): Promise<Answer | undefined> {
  try {
    return (await (await fetch(url)).json()) as Answer;
  } catch {
    return undefined;
  }
}
