import { applyDelta, decodeEntries, type Encoded, type Entry, type Head, verifyEncoded } from '@ombre/decide';
import { deltaAt } from '@ombre/protocol';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { sha256 } from './sha256.ts';
import { type Source, SourceError, type SourceEvent } from './source.ts';

/** A source, and the hand that changes what it serves. */
export interface SourceHarness {
  readonly source: Source;
  /** These are all entries from now on; settles when the change is made. */
  set(entries: readonly Entry[]): Promise<void>;
  close(): Promise<void>;
}

/** A flag that always answers `text`. */
export function textFlag(name: string, text: string): Entry {
  return { kind: 'Flag', name, body: { type: 'string', variants: { on: text }, default: 'on', off: 'on' } };
}

/** What every carrier's source does; `make` starts one that serves the given entries. */
export function sourceContract(
  name: string,
  make: (entries: readonly Entry[]) => Promise<SourceHarness>,
): void {
  const first = [textFlag('a', 'one'), textFlag('b', 'one')];

  async function withSource(run: (harness: SourceHarness) => Promise<void>): Promise<void> {
    const harness = await make(first);
    try {
      await run(harness);
    } finally {
      await harness.close();
    }
  }

  describe(`${name} is a source`, () => {
    test('names a head first, whose whole snapshot can be got and has its digest', () =>
      withSource(async ({ source }) => {
        const follower = follow(source);
        await until(() => expect(follower.entries()).toEqual(first));
        expect(follower.events[0]?.type).toBe('resync');
        expect(verifyEncoded(follower.encoded as Encoded, sha256).ok).toBe(true);
        expect((await source.head(new AbortController().signal)).signed.head).toEqual(follower.head);
        await follower.stop();
      }));

    test('leads from each revision to the next, in order', () =>
      withSource(async ({ source, set }) => {
        const follower = follow(source);
        await until(() => expect(follower.entries()).toEqual(first));
        for (const text of ['two', 'three', 'four']) {
          const next = [textFlag('a', text), textFlag(`new-${text}`, text)];
          await set(next);
          await until(() => expect(follower.entries()).toEqual(next));
        }
        expect(follower.faults).toEqual([]);
        expect(follower.revisions).toEqual([...follower.revisions].sort((a, b) => a - b));
        await follower.stop();
      }));

    test('tells who comes back what was missed', () =>
      withSource(async ({ source, set }) => {
        const follower = follow(source);
        await until(() => expect(follower.entries()).toEqual(first));
        await follower.stop();
        const next = [textFlag('a', 'meanwhile')];
        await set(next);
        const again = follow(source, follower);
        await until(() => expect(again.entries()).toEqual(next));
        expect(again.faults).toEqual([]);
        await again.stop();
      }));

    test('says nothing more once the signal is given, and resolves', () =>
      withSource(async ({ source, set }) => {
        const follower = follow(source);
        await until(() => expect(follower.entries()).toEqual(first));
        await follower.stop();
        const said = follower.events.length;
        await set([textFlag('a', 'unheard')]);
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(follower.events.length).toBe(said);
      }));

    test('rejects with a SourceError for a snapshot it does not have', () =>
      withSource(async ({ source }) => {
        const follower = follow(source);
        await until(() => expect(follower.head).toBeDefined());
        const unknown = { ...(follower.head as Head), digest: 'f'.repeat(64) };
        await expect(source.get(unknown, undefined, new AbortController().signal)).rejects.toBeInstanceOf(
          SourceError,
        );
        await follower.stop();
      }));

    test('does not change what it has handed out', () =>
      withSource(async ({ source, set }) => {
        const follower = follow(source);
        await until(() => expect(follower.entries()).toEqual(first));
        const kept = follower.encoded as Encoded;
        await set([textFlag('a', 'later')]);
        await until(() => expect(follower.entries()).toEqual([textFlag('a', 'later')]));
        expect(decodeEntries(kept)).toEqual(first);
        await follower.stop();
      }));
  });
}

interface Follower {
  head: Head | undefined;
  encoded: Encoded | undefined;
  readonly events: SourceEvent[];
  readonly revisions: number[];
  readonly faults: string[];
  entries(): readonly Entry[] | undefined;
  stop(): Promise<void>;
}

/** The simplest thing that follows a source by the book. */
function follow(source: Source, from?: Pick<Follower, 'head' | 'encoded'>): Follower {
  const end = new AbortController();
  let busy: Promise<void> = Promise.resolve();
  const follower: Follower = {
    head: from?.head,
    encoded: from?.encoded,
    events: [],
    revisions: [],
    faults: [],
    entries: () => follower.encoded && decodeEntries(follower.encoded),
    async stop() {
      end.abort();
      await ended;
      await busy;
    },
  };

  async function take(event: SourceEvent): Promise<void> {
    if (event.type === 'resync') {
      const { head } = event.announced.signed;
      follower.encoded = await source.get(head, follower.encoded, end.signal);
      follower.head = head;
    }
    if (event.type === 'delta' && follower.head !== undefined && follower.encoded !== undefined) {
      const delta = deltaAt(event.delta, follower.head);
      const applied = applyDelta(follower.encoded, follower.head, delta, sha256);
      if (!applied.ok) return void follower.faults.push(applied.code);
      follower.encoded = applied.encoded;
      follower.head = event.announced.signed.head;
    }
    if (follower.head !== undefined) follower.revisions.push(follower.head.revision);
  }

  const ended = source.watch(
    from?.head,
    (event) => {
      follower.events.push(event);
      busy = busy.then(() => take(event)).catch((error: unknown) => void follower.faults.push(String(error)));
    },
    end.signal,
  );
  return follower;
}
