import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../model/json.ts';
import { applyDelta } from './apply-delta.ts';
import { canonicalJson } from './canonical-json.ts';
import { decodeEntries } from './decode.ts';
import type { Delta } from './delta.ts';
import { diffSnapshots } from './diff.ts';
import { encodeSnapshot, patchSnapshot } from './encode.ts';
import { type Encoded, type Entry, entryKey } from './entry.ts';
import { type Head, headPayload } from './head.ts';
import { verifyEncoded } from './verify.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const head = (encoded: Encoded, revision: number): Head => ({
  environment: 'judge/production',
  lineage: 'a',
  revision,
  digest: encoded.digest,
});

const flag = (name: string, extra: Record<string, JsonValue> = {}): Entry => ({
  kind: 'Flag',
  name,
  body: { type: 'boolean', variants: { on: true, off: false }, default: 'on', off: 'off', ...extra },
});
const segment = (name: string, ids: readonly string[], extra: Record<string, JsonValue> = {}): Entry => ({
  kind: 'Segment',
  name,
  body: { ids, ...extra },
});
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `user-${from + i}`);
const vocabulary: Entry = {
  kind: 'Vocabulary',
  name: 'judge',
  body: {
    attributes: { 'user.tier': { type: 'string' }, 'geo.region': { type: 'string', derivedBy: 'geo' } },
  },
};

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g-1', 'h.2');
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({
      name,
      doc: fc.string(),
      rule: fc.constantFrom('inSegment("a")', 'true', 'geo.region == "CN"', 'nope(1)'),
    })
    .map(({ name, doc, rule }) =>
      flag(name, { doc, rules: [{ id: 'r', when: rule, serve: { variant: 'on' } }] }),
    ),
  fc
    .record({ name, from: fc.nat(50), count: fc.constantFrom(0, 3, 200, 257, 300, 2000), doc: fc.boolean() })
    .map(({ name, from, count, doc }) => segment(name, ids(from, from + count), doc ? { doc: 'x' } : {})),
  fc.record({ name, epoch: fc.nat(5) }).map(
    ({ name, epoch }): Entry => ({
      kind: 'Placement',
      name,
      body: { reached: 0, shares: [], epoch },
    }),
  ),
);
const environment = fc
  .tuple(fc.array(entry, { maxLength: 25, size: 'max' }), fc.boolean())
  .map(([entries, known]) => [
    ...new Map([...entries, ...(known ? [vocabulary] : [])].map((e) => [entryKey(e), e])).values(),
  ]);

/** What encoding makes of entries: ids as sorted sets, everything in order of keys. */
function normal(entries: readonly Entry[]): Entry[] {
  return [...entries]
    .sort((a, b) => (entryKey(a) < entryKey(b) ? -1 : 1))
    .map((one) => {
      if (one.kind !== 'Segment') return one;
      const body = one.body as { ids: readonly string[] };
      return { ...one, body: { ...body, ids: [...new Set(body.ids)].sort() } };
    });
}

describe('bytes', () => {
  test('do not depend on order, and decode to what went in', () => {
    fc.assert(
      fc.property(environment, (entries) => {
        const encoded = encodeSnapshot(entries, sha256);
        expect(encodeSnapshot([...entries].reverse(), sha256).digest).toBe(encoded.digest);
        expect(decodeEntries(encoded)).toEqual(normal(entries));
        expect(verifyEncoded(encoded, sha256)).toEqual({ ok: true });
      }),
    );
  });

  test('are the same whether patched or written anew', () => {
    fc.assert(
      fc.property(environment, environment, fc.array(fc.nat(100), { maxLength: 5 }), (before, put, drops) => {
        const keys = before.map(entryKey);
        const remove = drops
          .flatMap((at) => keys[at] ?? [])
          .filter((key) => !put.some((e) => entryKey(e) === key));
        const after = [
          ...before.filter(
            (e) => !remove.includes(entryKey(e)) && !put.some((p) => entryKey(p) === entryKey(e)),
          ),
          ...put,
        ];
        const patched = patchSnapshot(encodeSnapshot(before, sha256), put, remove, sha256);
        const anew = encodeSnapshot(after, sha256);
        expect(patched.manifest).toBe(anew.manifest);
        expect([...patched.blobs.keys()].sort()).toEqual([...anew.blobs.keys()].sort());
      }),
    );
  });

  test('name what they require of a receiver', () => {
    const rules = [
      { id: 'r', when: 'inSegment("beta") && geo.region == "CN" && score(1) > 2', serve: { variant: 'on' } },
    ];
    const validity = { until: '2026-01-01T00:00:00+08:00' };
    const encoded = encodeSnapshot([vocabulary, flag('f', { rules, validity }), flag('g')], sha256);
    expect(JSON.parse(encoded.manifest)).toMatchObject({
      format: 1,
      requires: ['Enricher/geo', 'Function/score'],
    });
    const text = [...encoded.chunks.values()].join('');
    expect(text).toContain('Flag/f\tAt/1767196800000,Enricher/geo,Function/score,Segment/beta\t{');
    expect(text).toContain('Flag/g\t\t{');
  });

  test('one changed id of 100,000 changes one part and the delta carries it alone', () => {
    const before = encodeSnapshot([segment('big', ids(0, 100_000))], sha256);
    const after = encodeSnapshot([segment('big', [...ids(0, 100_000), 'new'].slice(1))], sha256);
    const fresh = [...after.blobs.keys()].filter((digest) => !before.blobs.has(digest));
    expect(fresh.length).toBeLessThanOrEqual(2);
    expect(Math.max(...[...after.blobs.values()].map((blob) => blob.length))).toBeLessThan(256 * 1024);
    const delta = diffSnapshots(before, head(before, 1), after, head(after, 2));
    expect(delta).toMatchObject({
      put: [],
      remove: [],
      ids: [{ segment: 'big', list: 'ids', add: ['new'], remove: ['user-0'] }],
    });
  });

  test('two entries of one name are refused', () => {
    expect(() => encodeSnapshot([flag('a'), flag('a')], sha256)).toThrow('two entries are called Flag/a');
  });
});

describe('deltas', () => {
  test('lead from any revision to any other', () => {
    fc.assert(
      fc.property(environment, environment, (first, second) => {
        const [from, to] = [encodeSnapshot(first, sha256), encodeSnapshot(second, sha256)];
        const delta = diffSnapshots(from, head(from, 4), to, head(to, 5));
        const sent = JSON.parse(JSON.stringify(delta)) as Delta;
        const applied = applyDelta(from, head(from, 4), sent, sha256);
        expect(applied).toEqual({
          ok: true,
          encoded: { ...to, chunks: expect.anything(), blobs: expect.anything() },
        });
        if (applied.ok) {
          expect(verifyEncoded(applied.encoded, sha256)).toEqual({ ok: true });
          expect([...applied.encoded.blobs.keys()].sort()).toEqual([...to.blobs.keys()].sort());
          expect(decodeEntries(applied.encoded)).toEqual(normal(second));
        }
      }),
      { numRuns: 200 },
    );
  });

  const one = encodeSnapshot([flag('a'), flag('b'), segment('s', ids(0, 1000))], sha256);
  const two = encodeSnapshot([flag('a', { default: 'off' }), segment('s', ids(1, 1001))], sha256);
  const delta = diffSnapshots(one, head(one, 1), two, head(two, 2));
  const refusal = (changed: unknown, at = head(one, 1)) => {
    const applied = applyDelta(one, at, changed as Delta, sha256);
    return applied.ok ? 'ok' : applied.code;
  };

  test('are refused out of order, twice, from another lineage or other bytes', () => {
    expect(refusal(delta)).toBe('ok');
    expect(refusal({ ...delta, from: { ...delta.from, revision: 0 } })).toBe('OUT_OF_ORDER');
    expect(refusal({ ...delta, head: { ...delta.head, revision: 1 } })).toBe('DUPLICATE');
    expect(refusal({ ...delta, from: { ...delta.from, lineage: 'b' } })).toBe('LINEAGE');
    expect(refusal({ ...delta, head: { ...delta.head, lineage: 'b' } })).toBe('LINEAGE');
    expect(refusal({ ...delta, head: { ...delta.head, environment: 'x/y' } })).toBe('LINEAGE');
    expect(refusal({ ...delta, from: { ...delta.from, digest: two.digest } })).toBe('DIGEST');
  });

  test('are refused when tampered with', () => {
    const put = delta.put.map((line) => line.replace('"default":"off"', '"default":"on"'));
    expect(put).not.toEqual(delta.put);
    expect(refusal({ ...delta, put })).toBe('DIGEST');
    expect(refusal({ ...delta, put: [] })).toBe('DIGEST');
    expect(refusal({ ...delta, requires: ['Enricher/x'] })).toBe('DIGEST');
    expect(refusal({ ...delta, remove: [] })).toBe('DIGEST');
    expect(refusal({ ...delta, remove: ['Flag/nobody'] })).toBe('MALFORMED');
    const change = delta.ids[0]!;
    expect(refusal({ ...delta, ids: [{ ...change, add: ['other'] }] })).toBe('DIGEST');
    expect(refusal({ ...delta, ids: [{ ...change, remove: ['nobody'] }] })).toBe('MALFORMED');
    expect(refusal({ ...delta, ids: [{ ...change, add: ['user-5'] }] })).toBe('MALFORMED');
  });

  test('anything else is malformed, and nothing is thrown', () => {
    for (const field of ['from', 'head', 'requires', 'put', 'remove', 'ids'] as const) {
      for (const value of [undefined, null, 7, 'x', [7], {}])
        expect(refusal({ ...delta, [field]: value })).toBe('MALFORMED');
    }
    for (const value of [undefined, null, 7, 'x', []]) expect(refusal(value)).toBe('MALFORMED');
    expect(refusal({ ...delta, put: ['no line'] })).toBe('MALFORMED');
    expect(refusal({ ...delta, put: ['Segment/s\t\tno json\n'] })).toBe('MALFORMED');
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(refusal(value)).toBe('MALFORMED');
      }),
    );
  });
});

describe('verification', () => {
  const encoded = encodeSnapshot([flag('a'), flag('b'), segment('s', ids(0, 1000))], sha256);
  const code = (changed: Partial<Encoded>) => {
    const verified = verifyEncoded({ ...encoded, ...changed }, sha256);
    return verified.ok ? 'ok' : verified.code;
  };

  test('finds every changed byte', () => {
    expect(code({})).toBe('ok');
    expect(code({ digest: sha256('x') })).toBe('DIGEST');
    expect(code({ manifest: encoded.manifest.replace('"format":1', '"format":2') })).toBe('FORMAT');
    expect(code({ manifest: 'null' })).toBe('MALFORMED');
    for (const [id, chunk] of encoded.chunks) {
      expect(code({ chunks: new Map(encoded.chunks).set(id, `${chunk} `) })).toBe('DIGEST');
      const missing = new Map(encoded.chunks);
      missing.delete(id);
      expect(code({ chunks: missing })).toBe('MALFORMED');
    }
    for (const [digest, blob] of encoded.blobs) {
      expect(code({ blobs: new Map(encoded.blobs).set(digest, `${blob} `) })).toBe('DIGEST');
      const missing = new Map(encoded.blobs);
      missing.delete(digest);
      expect(code({ blobs: missing })).toBe('MALFORMED');
    }
  });
});

describe('canonical JSON', () => {
  test('is that of RFC 8785', () => {
    // The example of its section 3.2.2, and the sorting example of 3.2.3.
    const example = {
      numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]'),
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(keys)) as object)).toHaveLength(7);
    expect(canonicalJson(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
    expect(canonicalJson(-0)).toBe('0');
  });

  test('keeps every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
    expect(() => canonicalJson(Number.NaN)).toThrow('JSON has no NaN');
  });

  test('is what a head signs', () => {
    const { digest } = encodeSnapshot([], sha256);
    expect(headPayload({ environment: 'p/e', lineage: 'l', revision: 3, digest }, 1, 2)).toBe(
      `{"digest":"${digest}","environment":"p/e","expires":2,"issued":1,"lineage":"l","revision":3}`,
    );
  });
});
