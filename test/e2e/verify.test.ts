import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusBinary } from '../../packages/server/src/metric-provider/prometheus-server.suite.ts';
import { runProcess } from './control-plane.ts';
import { readXml, type XmlElement } from './read-xml.ts';

const root = join(import.meta.dirname, '..', '..');

/** A file of the examples, to be played from anywhere. */
function suite(name: string): string {
  const text = readFileSync(join(root, 'examples', 'verify', name), 'utf8');
  return replaced(text, 'hold: 4s', 'hold: 1s').replaceAll('../', `${join(root, 'examples')}/`);
}

function replaced(text: string, part: string, by: string): string {
  expect(text).toContain(part);
  return text.replace(part, by);
}

const cut = (text: string, part: string): string => replaced(text, part, '');

/** The incident without its slowness: reads of stock fail in one zone, and the storefront waits as long as it takes. */
function leaking(text: string): string {
  const patient = replaced(text, "'{gateway}']", "'{gateway}', '20000']");
  return `${patient.slice(0, patient.indexOf('scenarios:'))}scenarios:
  - name: the fallback leaks in zone b
    faults: [{ upstream: product-v2, begins: { level: region }, only: { zone: b }, operation: stock, errors: 0.3 }]
    expect:
      outcome: rolled-back
      within: 4m
      hurt: 0.03
      operation: stock
      failed:
        - { of: to, only: { zone: b }, during: fault, min: 0.01 }
        - { of: to, only: { zone: a }, max: 0.005 }
        - { operation: page, only: { zone: b }, during: fault, min: 0.02 }
`;
}

/** What a CI server sees of `ombre verify`: how it ended, what it printed, its report. */
interface Played {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly report: XmlElement;
}

describe('ombre verify in CI', () => {
  let folder: string;
  let good: Played;
  let bad: Played;
  let incident: Played | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ombre-verify-e2e-'));
    // How long anything takes says nothing on a machine that does other things too: outcomes and damage do.
    const timeless = (text: string): string =>
      cut(cut(text, ', p99: { of: to, max: 1s }'), 'caughtWithin: 10s, backWithin: 12s, ');
    const example = timeless(suite('runner.yaml'));
    // The same, but what stands behind runner-v2 is the version that forgets to empty the disk of some sandboxes.
    const seeded = replaced(example, 'submit-service-v2,', 'runner-v2,');
    // Side by side: most of what they take is waiting.
    [good, bad] = await Promise.all([
      verify('good', example),
      verify('bad', seeded, '--only', 'reaches everybody'),
    ]);
    if (prometheusBinary !== undefined) incident = await verify('incident', leaking(suite('incident.yaml')));
  }, 800_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function verify(name: string, text: string, ...words: readonly string[]): Promise<Played> {
    const [file, report] = [join(folder, `${name}.yaml`), join(folder, `${name}.xml`)];
    writeFileSync(file, text);
    const program = join(root, 'packages', 'cli', 'bin', 'ombre.js');
    const ran = [program, 'verify', file, '--junit', report, ...words];
    const played = await runProcess(process.execPath, ran, { cwd: folder });
    return { ...played, report: readXml(readFileSync(report, 'utf8')) };
  }

  test('passes where the version works, and where a seeded fault is caught', () => {
    expect(good.status, good.out + good.err).toBe(0);
    const [suite] = good.report.children;
    expect(suite?.attributes).toMatchObject({ tests: '2', failures: '0', errors: '0' });
    expect(suite?.children.map(({ name, attributes }) => [name, attributes.name])).toEqual([
      ['testcase', 'a version that works reaches everybody'],
      ['testcase', 'one run in ten fails'],
    ]);
    const [works, fails] = suite?.children ?? [];
    expect(works?.children.map(({ name, text }) => [name, text])).toEqual([
      ['system-out', expect.stringContaining('as expected: outcome: completed')],
    ]);
    expect(fails?.children[0]?.text).toMatch(/as expected: hurt: .*\n.* requests failed/);
  });

  test('fails on a version that is bad by itself: it says why and how many were hurt', () => {
    expect(bad.status, bad.out + bad.err).toBe(1);
    expect(bad.err).toContain('0 of 1 scenarios as expected');
    expect(bad.out).toMatch(/✗ outcome: expected completed, found rolled-back/);
    expect(bad.out).toMatch(/Taken back: .* responses too many were bad, of \d+ given to \d+ units/);
    const [suite] = bad.report.children;
    expect(suite?.attributes).toMatchObject({ tests: '1', failures: '1', errors: '0' });
    expect(suite?.children[0]?.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: 'outcome: expected completed, found rolled-back' },
    });
  });

  test.skipIf(prometheusBinary === undefined)(
    'replays the failures of the incident: one zone fails, and its caller with it; it is caught, returned, and the operation is named (Debian package prometheus)',
    () => {
      expect(incident?.status, `${incident?.out}${incident?.err}`).toBe(0);
      const said = incident?.report.children[0]?.children[0]?.children[0]?.text;
      expect(said).toMatch(/as expected: outcome: rolled-back/);
      expect(said).toMatch(/as expected: failed of all, page, zone b since the fault/);
      expect(said).toMatch(/as expected: operation that got worse: stock/);
    },
  );
});
