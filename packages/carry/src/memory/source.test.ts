import { encodeSnapshot } from '@ombre/decide';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../sha256.ts';
import { sourceContract, textFlag } from '../source-contract.suite.ts';
import { createMemorySource, type MemorySource } from './source.ts';

function publish(
  source: MemorySource,
  revision: number,
  entries: Parameters<typeof encodeSnapshot>[0],
): void {
  const encoded = encodeSnapshot(entries, sha256);
  const head = { environment: 'shop/live', lineage: 'a', revision, digest: encoded.digest };
  source.publish(encoded, { head, issued: 0, expires: 1, key: 'k', signature: 's' });
}

sourceContract('the memory carrier', async (entries) => {
  const source = createMemorySource();
  let revision = 1;
  publish(source, revision, entries);
  return {
    source,
    async set(next) {
      publish(source, ++revision, next);
    },
    async close() {},
  };
});

describe('the memory carrier', () => {
  test('answers nobody after it was made to fail, until it is restored', async () => {
    const source = createMemorySource();
    publish(source, 1, [textFlag('a', 'one')]);
    const { signal } = new AbortController();
    const watched = source.watch(undefined, () => {}, signal);
    source.fail({ code: 'OVERLOADED', detail: 'as asked' });
    expect((await watched).problem.code).toBe('OVERLOADED');
    await expect(source.head(signal)).rejects.toThrow('OVERLOADED');
    source.restore();
    expect((await source.head(signal)).signed.head.revision).toBe(1);
  });
});
