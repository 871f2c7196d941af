import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  advanceSnapshot,
  bind,
  canonicalJson,
  compileSnapshot,
  diffSnapshots,
  type Encoded,
  evaluate,
  verifyEncoded,
} from '@ombre/decide';
import { parseSnapshot } from '@ombre/protocol';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'conformance', 'snapshots');
const formats = readdirSync(folder).filter((file) => file.endsWith('.txt'));

interface Fixture {
  readonly digest: string;
  readonly cases: readonly {
    readonly context: Readonly<Record<string, unknown>>;
    readonly now: number;
    readonly outcomes: readonly { readonly flag: string }[];
  }[];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The snapshot with one line more, of a kind that no version has yet, as `BreakGlass` once was. */
function withUnknownKind(encoded: Encoded): Encoded {
  const id = sha256('Tomorrow/thing').slice(0, 2);
  const lines = [...(encoded.chunks.get(id)?.split(/(?<=\n)/) ?? []), 'Tomorrow/thing\t\t{"a":1}\n'];
  const chunks = new Map(
    [...encoded.chunks, [id, lines.sort().join('')] as const].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const manifest = JSON.parse(encoded.manifest) as Record<string, unknown>;
  const digests = Object.fromEntries([...chunks].map(([name, chunk]) => [name, sha256(chunk)]));
  const text = canonicalJson({ ...manifest, chunks: digests } as never);
  return { ...encoded, chunks, manifest: text, digest: sha256(text) };
}

/** Snapshots as earlier versions wrote them, byte for byte: they must verify, compile and answer for as long as their format is served. */
describe.each(formats)('the snapshot %s', (file) => {
  const { digest, cases } = JSON.parse(
    readFileSync(join(folder, file.replace('.txt', '.json')), 'utf8'),
  ) as Fixture;
  const encoded = parseSnapshot(readFileSync(join(folder, file), 'utf8'));

  test('is read and has the digest it had', () => {
    expect(encoded?.digest).toBe(digest);
    expect(encoded && verifyEncoded(encoded, sha256)).toMatchObject({ ok: true });
  });

  test('answers the same where a later version added an entry of a kind unknown here, in whole and as a delta', () => {
    if (encoded === undefined) throw new Error('not read');
    const later = withUnknownKind(encoded);
    expect(verifyEncoded(later, sha256)).toMatchObject({ ok: true });
    const head = { environment: 'shop/live', lineage: 'a', revision: 1, digest: encoded.digest };
    const delta = diffSnapshots(encoded, head, later, { ...head, revision: 2, digest: later.digest });
    const advanced = advanceSnapshot(compileSnapshot(encoded), later, delta);
    expect(advanced.changed).toEqual([]);
    for (const snapshot of [compileSnapshot(later), advanced.snapshot]) {
      expect(snapshot.unsupported).toEqual([]);
      for (const { context, now, outcomes } of cases) {
        const bound = bind(snapshot, context, now);
        expect(snapshot.flags.map((flag) => evaluate(bound, flag))).toMatchObject(outcomes);
      }
    }
  });

  test.each([true, false])('answers as it did (generated code: %s)', (codegen) => {
    if (encoded === undefined) throw new Error('not read');
    const snapshot = compileSnapshot(encoded, { codegen });
    expect(snapshot.unsupported).toEqual([]);
    for (const { context, now, outcomes } of cases) {
      const bound = bind(snapshot, context, now);
      expect(snapshot.flags.map((flag) => evaluate(bound, flag))).toMatchObject(outcomes);
    }
  });
});
