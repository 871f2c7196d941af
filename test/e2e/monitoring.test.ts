import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type PrometheusServer,
  prometheusBinary,
  startPrometheus,
} from '../../packages/server/src/metric-provider/prometheus-server.suite.ts';
import { until } from '../until.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { openQuestionBank, type QuestionBank } from './question-bank.ts';

const shipped = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'monitoring', name), 'utf8');

interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** What nothing has happened for in this story: no roll-back, no failed effect, no failure, no rule tried over OFREP. */
const QUIET = [
  'Taken back',
  'Frozen, and why',
  'Effects that failed',
  'Rules that served',
  'Rules that did not',
  'Failures',
];

/** A real Prometheus scrapes the control plane and a gateway while a release climbs. */
describe.skipIf(prometheusBinary === undefined)(
  'what is shipped for monitoring (skipped without the Debian package prometheus)',
  () => {
    let plane: ControlPlane;
    let bank: QuestionBank;
    let prometheus: PrometheusServer;

    beforeAll(async () => {
      plane = await startControlPlane();
      bank = await openQuestionBank(plane, { 'submit-service': 60, runner: 40 });
      prometheus = await startPrometheus(plane.url, bank.adminUrl('submit-service'), bank.adminUrl('runner'));
      await plane.run('release', 'approve', 'submit-v2');
    });
    afterAll(async () => {
      await prometheus?.close();
      await bank?.close();
      await plane?.stop();
      plane?.remove();
    });

    async function ask(
      expression: string,
    ): Promise<{ readonly status: string; readonly series: number; readonly error?: string }> {
      const response = await fetch(
        `${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`,
      ).catch(() => undefined);
      const body = (await response?.json()) as
        | { status: string; error?: string; data?: { result: unknown[] } }
        | undefined;
      return {
        status: body?.status ?? 'away',
        series: body?.data?.result.length ?? 0,
        ...(body?.error && { error: body.error }),
      };
    }

    test('every panel of the board asks what Prometheus understands, and shows something', async () => {
      const board = JSON.parse(shipped('ombre.board.json')) as Board;
      const asked = board.panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$environment', '.*') })),
      );
      expect(asked.length).toBeGreaterThan(20);
      const evaluate = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"context":{"targetingKey":"u"}}',
      };
      let dark: readonly { readonly title: string; readonly error?: string }[] = asked;
      for (let rounds = 0; dark.length > 0 && rounds < 60; rounds++) {
        await fetch(`${plane.url}/ofrep/v1/evaluate/flags/submit-service`, evaluate);
        const answers = await Promise.all(
          asked.map(async ({ title, expr }) => ({ title, expr, ...(await ask(expr)) })),
        );
        dark = answers.filter(
          ({ title, status, series }) => status !== 'success' || (series === 0 && !QUIET.includes(title)),
        );
        if (dark.length > 0) await new Promise((wake) => setTimeout(wake, 1_000));
      }
      expect(dark).toEqual([]);
    });

    test('every rule is taken, and none of them calls anybody while all is well', async () => {
      const { groups } = parse(shipped('ombre.rules.yml')) as {
        groups: { rules: { alert: string; expr: string }[] }[];
      };
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(5);
      for (const { alert, expr } of rules) {
        // What a machine that stood still made true for a moment is over soon.
        await until(async () => {
          const answer = await ask(expr);
          // The runner's release does wait for a person, though not for an hour.
          const series = alert === 'OmbreReleaseWaits' ? answer.series : 0;
          expect({ alert, ...answer }).toEqual({ alert, status: 'success', series });
        });
      }
    });
  },
);
