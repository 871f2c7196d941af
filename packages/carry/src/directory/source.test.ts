import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '@ombre/decide';
import type { Issue } from '@ombre/declare';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { SourceEvent } from '../source.ts';
import { sourceContract } from '../source-contract.suite.ts';
import { openDirectorySource } from './source.ts';

const folders: string[] = [];
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-directory-'));
  folders.push(made);
  return made;
}

function resources(entries: readonly Entry[]): string {
  const all = entries.map(({ kind, name, body }) => ({
    apiVersion: 'ombre.dev/v1',
    kind,
    metadata: { name },
    spec: body,
  }));
  return `${JSON.stringify(all, null, 2)}\n`;
}

/** As editors save: beside, then in place. */
function save(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

sourceContract('the directory carrier', async (entries) => {
  const root = folder();
  save(join(root, 'flags.json'), resources(entries));
  return {
    source: openDirectorySource(root),
    async set(next) {
      save(join(root, 'flags.json'), resources(next));
    },
    async close() {},
  };
});

describe('the directory carrier', () => {
  function watch(root: string, clock = systemClock) {
    const end = new AbortController();
    const events: SourceEvent[] = [];
    const issues: (readonly Issue[])[] = [];
    const source = openDirectorySource(root, { clock, issues: (found) => issues.push(found) });
    const ended = source.watch(undefined, (event) => events.push(event), end.signal);
    stops.push(async () => {
      end.abort();
      await ended;
    });
    const revision = () => {
      const told = events.filter((event) => event.type === 'resync' || event.type === 'delta').at(-1);
      return told?.announced.signed.head.revision;
    };
    const problems = () => events.filter((event) => event.type === 'problem');
    return { source, events, issues, revision, problems };
  }

  const flag = (value: string) => `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: a }
spec: { type: string, variants: { on: ${value} }, default: on, off: on }
`;

  test('keeps what is good when a save has errors, and says which and where', async () => {
    const root = folder();
    save(join(root, 'a.yaml'), flag('one'));
    const { events, issues, revision, problems } = watch(root);
    await until(() => expect(revision()).toBe(1));
    expect(issues.at(-1)).toEqual([]);
    save(join(root, 'a.yaml'), flag('one').replace('default: on', 'default: gone'));
    await until(() => expect(problems().length).toBe(1));
    const [problem] = problems();
    expect(problem?.problem.code).toBe('SOURCE_INVALID');
    expect(problem?.problem.detail).toContain('a.yaml:4:');
    expect(issues.at(-1)?.length).toBeGreaterThan(0);
    expect(revision()).toBe(1);
    save(join(root, 'a.yaml'), flag('two'));
    await until(() => expect(revision()).toBe(2));
    expect(events.at(-1)?.type).toBe('delta');
  });

  test('takes a folder that is empty, gone or not there for no wish to delete all', async () => {
    const root = folder();
    save(join(root, 'a.yaml'), flag('one'));
    const { revision, problems } = watch(root);
    await until(() => expect(revision()).toBe(1));
    rmSync(join(root, 'a.yaml'));
    await until(() => expect(problems().length).toBe(1));
    rmSync(root, { recursive: true });
    await until(() => expect(problems().length).toBe(2));
    expect(problems()[1]?.problem.detail).toContain('ENOENT');
    mkdirSync(root);
    save(join(root, 'a.yaml'), flag('two'));
    await until(() => expect(revision()).toBe(2));
  });

  test('does not take a half-written file for whole, however long its writer pauses within the grace', async () => {
    const root = folder();
    const path = join(root, 'a.yaml');
    save(path, flag('one'));
    // A grace ten times as long, so that a writer whose machine dawdles stays within it.
    const after: Clock['after'] = (wait, call) => systemClock.after(wait < 200 ? wait : 10 * wait, call);
    const { revision, problems } = watch(root, { ...systemClock, after });
    await until(() => expect(revision()).toBe(1));
    const whole = `${flag('two')}---\n${flag('two').replace('name: a', 'name: b')}`;
    // Truncated first, then in three pieces, the first of which ends inside a line.
    for (const length of [0, 70, 130, whole.length]) {
      writeFileSync(path, whole.slice(0, length));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await until(() => expect(revision()).toBe(2));
    expect(problems()).toEqual([]);
    truncateSync(path, 0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    writeFileSync(path, whole.replaceAll('two', 'three'));
    await until(() => expect(revision()).toBe(3));
    expect(problems()).toEqual([]);
  });

  test('follows a mounted configuration that is swapped by a link, as Kubernetes does it', async () => {
    const root = folder();
    const version = (name: string, text: string) => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'a.yaml'), text);
    };
    version('..2026_01', flag('one'));
    symlinkSync('..2026_01', join(root, '..data'));
    symlinkSync(join('..data', 'a.yaml'), join(root, 'a.yaml'));
    const { revision, problems } = watch(root);
    await until(() => expect(revision()).toBe(1));
    for (const [number, text] of ['two', 'three', 'four'].entries()) {
      version(`..2026_1${number}`, flag(text));
      symlinkSync(`..2026_1${number}`, join(root, '..data_tmp'));
      renameSync(join(root, '..data_tmp'), join(root, '..data'));
      await until(() => expect(revision()).toBe(number + 2));
    }
    expect(problems()).toEqual([]);
  });

  test('makes one revision of a burst of saves, and none of a save that says nothing new', async () => {
    const root = folder();
    save(join(root, 'a.yaml'), flag('one'));
    const { revision, events } = watch(root);
    await until(() => expect(revision()).toBe(1));
    for (let i = 0; i < 20; i++) save(join(root, 'a.yaml'), flag(`burst-${i}`));
    await until(() =>
      expect(events.at(-1)).toMatchObject({
        type: 'delta',
        delta: { put: [expect.stringContaining('burst-19')] },
      }),
    );
    expect(revision()).toBeLessThan(6);
    const before = revision();
    save(join(root, 'a.yaml'), `# a remark\n${flag('burst-19')}`);
    await until(() => expect(events.at(-1)?.type).toBe('head'));
    expect(revision()).toBe(before);
  });

  test('names the environment that ombre.yaml names', async () => {
    const root = folder();
    save(join(root, 'ombre.yaml'), 'project: judge\nenvironment: production\n');
    save(join(root, 'a.yaml'), flag('one'));
    const { source, revision } = watch(root);
    await until(() => expect(revision()).toBe(1));
    const { signed } = await source.head(new AbortController().signal);
    expect(signed.head.environment).toBe('judge/production');
  });

  test('passes over hidden files and modules, and ends where links lead in a circle', async () => {
    const root = folder();
    mkdirSync(join(root, 'node_modules'));
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'node_modules', 'b.yaml'), 'not: a resource\n');
    writeFileSync(join(root, '.c.yaml.swp.yaml'), 'not: a resource\n');
    symlinkSync('..', join(root, 'sub', 'up'));
    save(join(root, 'sub', 'a.yaml'), flag('one'));
    const { revision, problems } = watch(root);
    await until(() => expect(revision()).toBe(1));
    expect(problems()).toEqual([]);
  });
});
