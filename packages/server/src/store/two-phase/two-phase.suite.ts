import type { TwoPhaseChange } from '@ombre/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVIRONMENT, firstChange, nextChange, putFlag, sampleFlag } from '../sample.suite.ts';
import type { Forgetful } from '../store.suite.ts';
import type { Store } from '../store.ts';
import type { TwoPhaseRow, TwoPhaseStore } from './two-phase-store.ts';

type RecordingStore = Store & { readonly twoPhase: TwoPhaseStore };

/** A store under test, empty, and how to lose everything it keeps in memory. */
export interface OpenTwoPhase {
  readonly store: RecordingStore;
  /** Closes it and opens the same database again; absent where nothing outlives the store. */
  reopen?(): Promise<RecordingStore>;
  close(): Promise<void>;
}

function row(change: Partial<TwoPhaseChange> = {}, more: Partial<TwoPhaseRow> = {}): TwoPhaseRow {
  return {
    lineage: 'lineage-1',
    change: {
      id: 'c1',
      phase: 'preparing',
      version: 1,
      base: 1,
      touches: ['Flag/a', 'Flag/b'],
      members: ['gw-1'],
      joined: [],
      ...change,
    },
    asked: {
      origin: 'files',
      puts: [sampleFlag('a')],
      deletes: ['Flag/b'],
      author: 'ann',
      why: 'naïve — "x"',
      deadline: 10_000,
      at: 1_763_712_000_000,
    },
    staged: [],
    decidedAt: null,
    endedAt: null,
    ...more,
  };
}

/** What every store of two-phase changes keeps to. */
export function twoPhaseContract(
  name: string,
  open: () => Promise<OpenTwoPhase>,
  { forgets = false }: Forgetful = {},
): void {
  describe(`two-phase changes in ${name}`, () => {
    let opened: OpenTwoPhase;
    let store: RecordingStore;
    let fence: { readonly lease: string; readonly token: number };
    const first = firstChange(ENVIRONMENT);
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.begin({ change: first, breakGlass: 'public' });
      fence = { lease: 'controller', token: (await store.lease('controller', 'me', 60_000))?.token ?? 0 };
    });
    afterEach(() => opened.close());

    const write = (one: TwoPhaseRow) => store.twoPhase.write(ENVIRONMENT, one, fence);

    test('there is none at first', async () => {
      expect(await store.twoPhase.last(ENVIRONMENT)).toBeUndefined();
      expect(await store.twoPhase.find(ENVIRONMENT, 'c1')).toBeUndefined();
      expect(await store.twoPhase.floor(ENVIRONMENT, 'lineage-1')).toBe(0);
    });

    test('a record is given back as it was written last, also by its id when others followed', async () => {
      expect(await write(row())).toEqual({ ok: true });
      const aborted = row({ phase: 'aborted', version: 2, joined: ['gw-2'], why: 'a kill went first' });
      await write({ ...aborted, staged: ['gw-1'], endedAt: 5 });
      expect(await store.twoPhase.last(ENVIRONMENT)).toEqual({ ...aborted, staged: ['gw-1'], endedAt: 5 });
      await write(row({ id: 'c0' }));
      expect(await store.twoPhase.last(ENVIRONMENT)).toEqual(row({ id: 'c0' }));
      expect((await store.twoPhase.find(ENVIRONMENT, 'c1'))?.change.phase).toBe('aborted');
    });

    test('a revision and the record that decides it are written together or not at all', async () => {
      await write(row());
      const decided = row({ phase: 'committing' }, { staged: ['gw-1'], decidedAt: 7 });
      const elsewhere = nextChange({ ...first, hash: 'another' }, [putFlag('a', 2)]);
      expect(await store.append({ change: elsewhere, writes: [], fence, twoPhase: decided })).toEqual({
        ok: false,
        code: 'MOVED',
      });
      const change = nextChange(first, [putFlag('a', 2)]);
      const old = { ...fence, token: fence.token - 1 };
      expect(await store.append({ change, writes: [], fence: old, twoPhase: decided })).toEqual({
        ok: false,
        code: 'FENCED',
      });
      expect((await store.twoPhase.last(ENVIRONMENT))?.change.phase).toBe('preparing');
      const writes = [putFlag('a', 2)];
      expect(await store.append({ change, writes, fence, twoPhase: decided })).toEqual({ ok: true });
      expect(await store.twoPhase.last(ENVIRONMENT)).toEqual(decided);
      expect((await store.load(ENVIRONMENT))?.head.revision).toBe(2);
    });

    test('who lost the lease writes nothing', async () => {
      await write(row());
      const old = { ...fence, token: fence.token - 1 };
      expect(await store.twoPhase.write(ENVIRONMENT, row({ phase: 'aborted' }), old)).toEqual({
        ok: false,
        code: 'FENCED',
      });
      expect((await store.twoPhase.last(ENVIRONMENT))?.change.phase).toBe('preparing');
    });

    test('the floor is the greatest revision that was decided in a lineage', async () => {
      await write(row({ phase: 'committed', base: 6 }));
      await write(row({ id: 'c2', phase: 'committing', base: 8 }));
      await write(row({ id: 'c3', phase: 'aborted', base: 20 }));
      await write(row({ id: 'c4', phase: 'preparing', base: 21 }));
      await write(row({ id: 'c5', phase: 'committed', base: 40 }, { lineage: 'lineage-0' }));
      expect(await store.twoPhase.floor(ENVIRONMENT, 'lineage-1')).toBe(9);
      expect(await store.twoPhase.floor(ENVIRONMENT, 'lineage-2')).toBe(0);
    });

    if (forgets) return;

    test('records survive the process', async () => {
      await write(row());
      store = await opened.reopen!();
      expect(await store.twoPhase.last(ENVIRONMENT)).toEqual(row());
    });
  });
}
