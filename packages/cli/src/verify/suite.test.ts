import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { callersOf, readSuite } from './suite.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function read(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-suite-'));
  folders.push(folder);
  writeFileSync(join(folder, 'verify.yaml'), text);
  return readSuite('verify.yaml', folder);
}

const whole = `
verify: submit-v2
services: { v1: { url: http://127.0.0.1:1 }, v2: { command: [node, service.mjs] } }
traffic:
  requestsPerSecond: 100
  attributes: { zone: { a: 3, b: 1 }, tier: L1 }
  operations: { view: { path: /view } }
scenarios:
  - name: slow
    faults: [{ upstream: v2, begins: { after: 1.5s }, latency: { add: 200ms, share: 0.01 } }]
    expect: { outcome: rolled-back, caughtWithin: 10s }
`;

describe('a file for ombre verify', () => {
  test('is read with durations in milliseconds and what is left out filled in', () => {
    const suite = read(whole);
    expect(suite).toMatchObject({
      hold: 5_000,
      traffic: { users: 1_000, attributes: { zone: { a: 3, b: 1 }, tier: { L1: 1 } } },
      scenarios: [
        {
          faults: [{ begins: { after: 1_500 }, latency: { add: 200, share: 0.01 } }],
          expect: { within: 120_000, caughtWithin: 10_000 },
        },
      ],
    });
    expect(suite.traffic.operations.view).toMatchObject({ method: 'GET', failsFrom: 500 });
  });

  test('is refused with every finding at its place', () => {
    const broken = whole
      .replace('requestsPerSecond: 100', 'requestsPerSecond: 0')
      .replace('caughtWithin: 10s', 'caughtWithin: soon');
    expect(() => read(broken)).toThrow(
      /^verify\.yaml:5:22: traffic\.requestsPerSecond: .*\nverify\.yaml:11:\d+: scenarios\.0\.expect\.caughtWithin: a duration is/,
    );
    expect(() => read('verify: [')).toThrow(/^verify\.yaml:1:\d+: /);
    expect(() => readSuite('absent.yaml', '/')).toThrow(/cannot be read/);
  });

  test('has bands of its own for some users, and operations that a caller is asked for', () => {
    const more = whole
      .replace('services: {', 'services: { shop: { url: http://127.0.0.1:2, metrics: /metrics },')
      .replace('view: { path: /view }', 'view: { path: /view }, page: { path: /page, at: shop }')
      .replace('caughtWithin: 10s', 'p99: { max: 1s }, failed: [{ of: to, only: { zone: b }, max: 0.1 }]');
    const suite = read(`${more}prometheus: { every: 500ms }\n`);
    expect(suite).toMatchObject({
      prometheus: { program: 'prometheus', every: 500 },
      scenarios: [
        {
          expect: { p99: [{ of: 'all', max: 1_000 }], failed: [{ of: 'to', only: { zone: 'b' }, max: 0.1 }] },
        },
      ],
    });
    expect([...callersOf(suite)]).toEqual(['shop']);
    expect(() => read(more.replace('at: shop', 'at: store'))).toThrow(
      /verify\.yaml:7:\d+: .*no service is named store; there are shop, v1, v2/,
    );
    expect(() => read(more.replace('{ max: 1s }', '{ of: to }'))).toThrow(/min, max or both/);
  });

  test('has faults that do something', () => {
    expect(() => read(whole.replace(', latency: { add: 200ms, share: 0.01 }', ''))).toThrow(
      /verify\.yaml:10:\d+: .*a fault does something/,
    );
  });
});
