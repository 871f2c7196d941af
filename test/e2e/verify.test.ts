import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prometheusBinary } from '../../packages/server/src/metric-provider/prometheus-server.suite.ts';
import { runProcess } from './control-plane.ts';
import { readXml, type XmlElement } from './read-xml.ts';

const root = join(import.meta.dirname, '..', '..');
const example = join(root, 'examples', 'verify', 'runner.yaml');

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
    // The same file, but what stands behind runner-v2 is the version that forgets to empty the disk of some sandboxes.
    const seeded = join(folder, 'seeded.yaml');
    const text = readFileSync(example, 'utf8');
    expect(text).toContain('submit-service-v2,');
    writeFileSync(
      seeded,
      text
        .replace('submit-service-v2,', 'runner-v2,')
        .replaceAll('../question-bank', join(root, 'examples', 'question-bank')),
    );
    // Side by side: most of what they take is waiting.
    [good, bad] = await Promise.all([verify(example), verify(seeded, '--only', 'reaches everybody')]);
    if (prometheusBinary !== undefined)
      incident = await verify(
        join(root, 'examples', 'verify', 'incident.yaml'),
        '--only',
        'the fallback leaks',
      );
  }, 420_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function verify(file: string, ...words: readonly string[]): Promise<Played> {
    const path = join(folder, `${basename(file)}.xml`);
    const ombre = join(root, 'packages', 'cli', 'bin', 'ombre.js');
    const played = await runProcess(process.execPath, [ombre, 'verify', file, '--junit', path, ...words], {
      cwd: folder,
    });
    return { ...played, report: readXml(readFileSync(path, 'utf8')) };
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
    'replays the incident: one zone fails and is slow, its caller with it; it is caught, returned, and the operation is named (Debian package prometheus)',
    () => {
      expect(incident?.status, `${incident?.out}${incident?.err}`).toBe(0);
      const said = incident?.report.children[0]?.children[0]?.children[0]?.text;
      expect(said).toMatch(/as expected: outcome: rolled-back/);
      expect(said).toMatch(/as expected: p99 of to, zone b since the fault: [23]\.?\d* s/);
      expect(said).toMatch(/as expected: failed of all, page, zone b since the fault/);
      expect(said).toMatch(/as expected: operation that got worse: stock/);
    },
  );
});
