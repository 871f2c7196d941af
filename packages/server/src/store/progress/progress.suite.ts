import { combineHealth, startRelease } from '@ombre/release';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVIRONMENT, firstChange } from '../sample.suite.ts';
import type { Forgetful } from '../store.suite.ts';
import type { Store } from '../store.ts';
import {
  KEPT_EVENTS,
  type ProgressCommit,
  type ProgressStore,
  type ProgressWrite,
} from './progress-store.ts';

type ProgressingStore = Store & { readonly progress: ProgressStore };

/** A store under test, empty, and how to lose everything it keeps in memory. */
export interface OpenProgress {
  readonly store: ProgressingStore;
  /** Closes it and opens the same database again; absent where nothing outlives the store. */
  reopen?(): Promise<ProgressingStore>;
  close(): Promise<void>;
}

const state = startRelease({ reached: 0, shares: [], epoch: 0 });
const spec = { flag: 'a', from: 'v1', to: 'v2', ladder: [{ name: 'all', share: 1, dwell: '1h' }] };
const facts = {
  born: 1,
  bornEpoch: 0,
  lineage: 'l',
  spec,
  pins: { 'Flag/a': 'd' },
  health: combineHealth([]),
};

function write(release: string, more: Partial<ProgressWrite> = {}): ProgressWrite {
  const row = { version: 1, state, facts };
  return { release, row, asked: [], done: [], events: [], ...more };
}

const notify = (number: number) =>
  ({ kind: 'notify', key: `notify/${number}`, topic: 'started', alert: false, text: 'naïve — "x"' }) as const;
const asked = (release: string, number: number) => ({
  key: `${release}/1/notify/${number}`,
  effect: notify(number),
  askedAt: 5,
});
const line = (number: number) =>
  ({
    number,
    at: 1_763_712_000_000 + number,
    kind: 'level',
    text: `line ${number}`,
    alert: true,
    evidence: [],
  }) as const;

/** What every store of progress keeps to. */
export function progressContract(
  name: string,
  open: () => Promise<OpenProgress>,
  { forgets = false }: Forgetful = {},
): void {
  describe(`progress in ${name}`, () => {
    let opened: OpenProgress;
    let store: ProgressingStore;
    let token: number;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.begin({ change: firstChange(ENVIRONMENT), breakGlass: 'public' });
      token = (await store.lease('controller', 'me', 60_000))?.token ?? 0;
    });
    afterEach(() => opened.close());

    const commit = (more: Partial<ProgressCommit>) =>
      store.progress.commit({
        environment: ENVIRONMENT,
        fence: { lease: 'controller', token },
        writes: [],
        answered: [],
        ...more,
      });

    test('is empty at first', async () => {
      expect(await store.progress.load(ENVIRONMENT)).toEqual({ rows: [], open: [], lines: {} });
      expect(await store.progress.history(ENVIRONMENT, 'r', { limit: 10 })).toEqual([]);
      expect(await store.progress.asked(ENVIRONMENT)).toEqual([]);
    });

    test('gives back state, open effects in their order and lines as they were written', async () => {
      await commit({
        writes: [
          write('r', { asked: [asked('r', 2), asked('r', 10)], events: [line(1), line(2)] }),
          write('s', { asked: [asked('s', 1)] }),
        ],
      });
      const loaded = await store.progress.load(ENVIRONMENT);
      expect(loaded.rows.toSorted((a, b) => (a.release < b.release ? -1 : 1))).toEqual([
        { release: 'r', version: 1, state, facts },
        { release: 's', version: 1, state, facts },
      ]);
      expect(loaded.open).toEqual([
        { release: 'r', ...asked('r', 2) },
        { release: 'r', ...asked('r', 10) },
        { release: 's', ...asked('s', 1) },
      ]);
      expect(loaded.lines).toEqual({ r: 2 });
      expect(await store.progress.history(ENVIRONMENT, 'r', { limit: 10 })).toEqual([
        { release: 'r', ...line(1) },
        { release: 'r', ...line(2) },
      ]);
    });

    test('replaces a row, forgets effects that are done, and keeps lines of what is gone', async () => {
      await commit({ writes: [write('r', { asked: [asked('r', 1), asked('r', 2)], events: [line(1)] })] });
      const held = { ...state, held: 250.5 };
      await commit({
        writes: [
          write('r', {
            row: { version: 2, state: held, facts },
            done: ['r/1/notify/1'],
            asked: [asked('r', 3)],
          }),
        ],
      });
      const second = await store.progress.load(ENVIRONMENT);
      expect(second.rows).toEqual([{ release: 'r', version: 2, state: held, facts }]);
      expect(second.open.map(({ key }) => key)).toEqual(['r/1/notify/2', 'r/1/notify/3']);
      await commit({
        writes: [write('r', { row: null, done: ['r/1/notify/2', 'r/1/notify/3'], events: [line(2)] })],
      });
      expect(await store.progress.load(ENVIRONMENT)).toEqual({ rows: [], open: [], lines: { r: 2 } });
    });

    test('reads history from a line on, or its newest lines, and keeps a bounded number', async () => {
      const many = Array.from({ length: KEPT_EVENTS }, (_, index) => line(index + 1));
      await commit({ writes: [write('r', { events: many })] });
      await commit({ writes: [write('r', { events: [line(KEPT_EVENTS + 1), line(KEPT_EVENTS + 2)] })] });
      const numbers = async (page: { readonly after?: number; readonly limit: number }) =>
        (await store.progress.history(ENVIRONMENT, 'r', page)).map(({ number }) => number);
      expect(await numbers({ limit: 2 })).toEqual([KEPT_EVENTS + 1, KEPT_EVENTS + 2]);
      expect(await numbers({ after: 10, limit: 2 })).toEqual([11, 12]);
      expect(await numbers({ after: 0, limit: 1 })).toEqual([3]);
      expect(await numbers({ after: 0, limit: KEPT_EVENTS + 10 })).toHaveLength(KEPT_EVENTS);
    });

    test('writes nothing at all for a controller whose lease is lost', async () => {
      const { progress } = store;
      await progress.ask(ENVIRONMENT, {
        id: 'c1',
        release: 'r',
        command: 'pause',
        by: 'ann',
        why: '',
        at: 1,
      });
      const writes = [write('r', { asked: [asked('r', 1)], events: [line(1)] })];
      const answered = [{ id: 'c1', refusal: null }];
      const fenced = { ok: false, code: 'FENCED' };
      expect(await commit({ writes, answered, fence: { lease: 'controller', token: token + 1 } })).toEqual(
        fenced,
      );
      await store.release('controller', 'me');
      expect(await commit({ writes, answered })).toEqual(fenced);
      const other = (await store.lease('controller', 'you', 60_000))?.token ?? 0;
      expect(await commit({ writes, answered })).toEqual(fenced);
      expect(await progress.load(ENVIRONMENT)).toEqual({ rows: [], open: [], lines: {} });
      expect(await progress.asked(ENVIRONMENT)).toHaveLength(1);
      token = other;
      expect(await commit({ writes, answered })).toEqual({ ok: true });
      expect((await progress.load(ENVIRONMENT)).rows).toHaveLength(1);
    });

    test('hands commands out in order until they are answered, each once', async () => {
      const { progress } = store;
      const command = { release: 'r', command: 'pause', by: 'ann', why: 'lunch' } as const;
      await progress.ask(ENVIRONMENT, { ...command, id: 'b', at: 2 });
      await progress.ask(ENVIRONMENT, { ...command, id: 'a', at: 1 });
      await progress.ask(ENVIRONMENT, { ...command, id: 'b', at: 9, command: 'abort' });
      expect(await progress.asked(ENVIRONMENT)).toEqual([
        { ...command, id: 'a', at: 1 },
        { ...command, id: 'b', at: 2 },
      ]);
      expect(await progress.answerOf(ENVIRONMENT, 'a')).toBeUndefined();
      await commit({ answered: [{ id: 'a', refusal: 'Cannot pause.' }] });
      expect(await progress.answerOf(ENVIRONMENT, 'a')).toEqual({ refusal: 'Cannot pause.' });
      expect((await progress.asked(ENVIRONMENT)).map(({ id }) => id)).toEqual(['b']);
    });

    test('keeps environments apart', async () => {
      await store.begin({ change: firstChange('judge/staging'), breakGlass: 'public' });
      await commit({ writes: [write('r', { asked: [asked('r', 1)], events: [line(1)] })] });
      await commit({ environment: 'judge/staging', writes: [write('r', { asked: [asked('r', 1)] })] });
      await commit({
        environment: 'judge/staging',
        writes: [write('r', { row: null, done: ['r/1/notify/1'] })],
      });
      expect((await store.progress.load('judge/staging')).rows).toEqual([]);
      const kept = await store.progress.load(ENVIRONMENT);
      expect([kept.rows.length, kept.open.length, kept.lines]).toEqual([1, 1, { r: 1 }]);
    });

    test('takes a thousand releases in one write', async () => {
      const names = Array.from({ length: 1_000 }, (_, index) => `r${index}`);
      const each = (version: number) =>
        names.map((name) => write(name, { row: { version, state, facts }, events: [line(version)] }));
      await commit({ writes: each(1) });
      await commit({ writes: each(2) });
      const { rows, lines } = await store.progress.load(ENVIRONMENT);
      expect(rows).toHaveLength(1_000);
      expect(rows.every(({ version }) => version === 2)).toBe(true);
      expect(Object.keys(lines)).toHaveLength(1_000);
    });

    if (forgets) return;

    test('keeps everything when it is closed and opened again', async () => {
      await commit({ writes: [write('r', { asked: [asked('r', 1)], events: [line(1)] })] });
      await store.progress.ask(ENVIRONMENT, {
        id: 'c',
        release: 'r',
        command: 'delete',
        by: 'files',
        why: '',
        at: 1,
      });
      const before = await store.progress.load(ENVIRONMENT);
      store = await opened.reopen!();
      expect(await store.progress.load(ENVIRONMENT)).toEqual(before);
      expect(await store.progress.asked(ENVIRONMENT)).toHaveLength(1);
    });
  });
}
