import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { startRig } from '../running-server.suite.ts';

const file = fileURLToPath(new URL('../../../../docs/monitoring/ombre.rules.yml', import.meta.url));
const promtool = '/usr/bin/promtool';
const rig = await startRig();
afterAll(() => rig.close());

test.skipIf(!existsSync(promtool))(
  'promtool takes the rules (skipped without the Debian package prometheus)',
  () => {
    expect(execFileSync(promtool, ['check', 'rules', file], { encoding: 'utf8' })).toMatch(
      /SUCCESS: \d+ rules/,
    );
  },
);

test('every metric that a rule asks for is one the server publishes, those of gateways aside', async () => {
  const published = await (await rig.ask('/metrics')).text();
  const asked = [...readFileSync(file, 'utf8').matchAll(/expr: .*?(ombre_(?!gateway_)[a-z_]+)/g)].map(
    (match) => match[1],
  );
  expect(asked.length).toBeGreaterThan(5);
  for (const metric of asked) expect(published).toContain(`# TYPE ${metric} `);
});
