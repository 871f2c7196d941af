import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseView } from '@ombre/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

// A busy machine is given its time: nothing here asserts how long anything takes.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 200_000 });

const NAMES = ['refuse', 'restart', 'carry-on'] as const;
type Name = (typeof NAMES)[number];

/** A flag for each answer to a change, and beside them one that no release moves. */
function flags(rule: string, other: string): string {
  const flag = (name: string, more: string): string => `apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: ${name} }
spec: { type: string, variants: { v1: one, v2: two }, default: v1, off: v1${more} }
`;
  const rules = rule === '' ? '' : `, rules: [{ id: tenth, serve: { share: ${rule}, variant: v2 } }]`;
  return [...NAMES.map((name) => flag(name, rules)), flag('other', other)].join('---\n');
}

const RELEASES = NAMES.map(
  (name) => `apiVersion: ombre.dev/v1
kind: Release
metadata: { name: ${name}-v2 }
spec:
  flag: ${name}
  from: v1
  to: v2
  onChange: ${name}
  ladder:
    - { name: tenth, share: 0.1, dwell: 1s, untested: true }
    - { name: half, share: 0.5, dwell: 10m, untested: true }
    - { name: full, share: 1, dwell: 10m, untested: true }
`,
).join('---\n');

describe('while releases climb', () => {
  let folder: string;
  let plane: ControlPlane;
  /** The revision with the rule that the flags have when the releases begin. */
  let before: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ombre-changes-'));
    writeFileSync(join(folder, 'ombre.yaml'), 'project: stage\nenvironment: production\n');
    writeFileSync(join(folder, 'flags.yaml'), flags('0.03', ''));
    plane = await startControlPlane(folder);
    const revision = async () => (await json<{ revision: number }>('status')).revision;
    const first = await revision();
    save('flags.yaml', flags('0.01', ''));
    before = await eventually('the rule', revision, (seen) => seen > first);
    save('releases.yaml', RELEASES);
    await Promise.all(NAMES.map((name) => until(name, ({ at }) => at?.level === 'half')));
  });
  afterAll(async () => {
    await plane?.stop();
    plane?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function save(name: string, text: string): void {
    writeFileSync(join(plane.directory, name), text);
  }
  async function json<T>(...words: readonly string[]): Promise<T> {
    const { status, out, err } = await plane.run(...words, '--json');
    expect(status, err + out).toBe(0);
    return JSON.parse(out) as T;
  }
  async function get<T>(path: string): Promise<T | undefined> {
    const answer = await fetch(`${plane.url}/v1/${path}`);
    const body = await answer.json();
    return answer.ok ? (body as T) : undefined;
  }
  const show = (name: Name) => get<ReleaseView>(`releases/${name}-v2?events=100`);
  const rules = async (name: string) =>
    (await get<{ resource: { spec: { rules?: unknown } } }>(`resources/Flag/${name}`))?.resource.spec.rules;

  async function eventually<T>(
    what: string,
    look: () => Promise<T>,
    wanted: (seen: T) => boolean,
  ): Promise<T> {
    const deadline = Date.now() + 200_000;
    for (;;) {
      const seen = await look();
      if (wanted(seen)) return seen;
      if (Date.now() > deadline) throw new Error(`${what} never came: ${JSON.stringify(seen)}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
  const until = (name: Name, wanted: (view: ReleaseView) => boolean) =>
    eventually(
      name,
      () => show(name),
      (view) => view !== undefined && wanted(view),
    );

  test('a save is taken in as each release says: refused, begun anew, or carried on under; the rest of it goes in', async () => {
    const stood = await show('carry-on');
    save('flags.yaml', flags('0.02', ', rules: [{ id: all, serve: { variant: v2 } }]'));
    await eventually(
      'the rest',
      () => rules('other'),
      (seen) => seen !== undefined,
    );
    const share = (part: number) => [{ id: 'tenth', serve: { share: part, variant: 'v2' } }];
    expect(await rules('refuse')).toEqual(share(0.01));
    expect(await rules('restart')).toEqual(share(0.02));
    expect(await rules('carry-on')).toEqual(share(0.02));

    const { author } = await json<{ author: { issues: { code: string; resource: string }[] } }>('status');
    expect(author.issues).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'RELEASE_PINS', resource: 'Flag/refuse' })]),
    );
    const restarted = await until('restart', ({ attempt, at }) => attempt === 2 && at?.level === 'half');
    const moves = ['started', 'level', 'rolling-back', 'rolled-back'];
    const kinds = restarted?.events.map(({ kind }) => kind).filter((kind) => moves.includes(kind));
    // All the way back before it begins anew.
    expect(kinds).toEqual(['started', 'level', 'rolling-back', 'rolled-back', 'started', 'level']);
    for (const name of ['refuse', 'carry-on'] as const) {
      expect(await show(name)).toMatchObject({ attempt: 1, at: { level: 'half' } });
    }
    expect(await show('carry-on')).toMatchObject({ epoch: stood?.epoch });
  });

  test('a restore rolls back first what it contradicts and leaves the others alone; what it took away is gone when it answers', async () => {
    // What was held back of the save goes in as soon as the release is down, and is what the release then climbs on.
    const { revision: stood } = await json<{ revision: number }>('status');
    await json('release', 'abort', 'refuse-v2');
    const held = await eventually(
      'the save',
      () => rules('refuse'),
      (seen) => JSON.stringify(seen).includes('0.02'),
    );
    expect(held).toHaveLength(1);
    await json('release', 'resume', 'refuse-v2');
    await until('refuse', ({ at }) => at?.level === 'half');

    const to = ['rollback', '--to', String(stood), '--yes'];
    const dry = await json<{ rolledBack: unknown }>(...to, '--dry-run');
    expect(dry.rolledBack).toEqual([{ release: 'refuse-v2' }]);
    expect(await show('refuse')).toMatchObject({ at: { level: 'half' } });
    const restored = await plane.run(...to);
    expect([restored.status, restored.err]).toEqual([
      0,
      expect.stringContaining('Release/refuse-v2 is rolled back first'),
    ]);
    expect(restored.out).toMatch(
      /^Release\/refuse-v2 was rolled back first, in \d+\.\d s\nrevision \d+ holds what/,
    );
    expect(await rules('refuse')).toEqual([{ id: 'tenth', serve: { share: 0.01, variant: 'v2' } }]);
    const why = `revision ${stood} is restored, which contradicts it: rollback to ${stood}`;
    expect(await show('refuse')).toMatchObject({ phase: 'rolled-back', rollback: { cause: 'abort', why } });
    for (const name of ['restart', 'carry-on'] as const) {
      expect(await show(name)).toMatchObject({ at: { level: 'half' } });
    }

    const gone = await json<{ kept: string[]; rolledBack: { release: string; took: number }[] }>(
      ...['rollback', '--to', String(before), '--yes'],
    );
    expect(gone).toMatchObject({
      kept: [],
      rolledBack: expect.arrayContaining(
        ['carry-on-v2', 'restart-v2'].map((release) => ({ release, took: expect.any(Number) })),
      ),
    });
    for (const name of NAMES) expect(await get(`resources/Release/${name}-v2`)).toBeUndefined();
    const { changes } = await json<{ changes: { action: string; names: string[]; revision: number }[] }>(
      ...['history', '--limit', '50'],
    );
    expect(changes[0]).toMatchObject({
      action: 'restore',
      names: expect.arrayContaining(NAMES.map((name) => `Release/${name}-v2`)),
    });
    const moved = changes.slice(1, 3).flatMap(({ names }) => names);
    expect(moved.toSorted()).toEqual(['Placement/carry-on-v2', 'Placement/restart-v2']);
  });
});
