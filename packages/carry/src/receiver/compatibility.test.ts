import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bind, compileSnapshot, evaluate, verifyEncoded } from '@ombre/decide';
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

/** Snapshots as earlier versions wrote them, byte for byte: they must verify, compile and answer for as long as their format is served. */
describe.each(formats)('the snapshot %s', (file) => {
  const { digest, cases } = JSON.parse(
    readFileSync(join(folder, file.replace('.txt', '.json')), 'utf8'),
  ) as Fixture;
  const encoded = parseSnapshot(readFileSync(join(folder, file), 'utf8'));

  test('is read and has the digest it had', () => {
    expect(encoded?.digest).toBe(digest);
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(encoded && verifyEncoded(encoded, sha256)).toMatchObject({ ok: true });
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
