import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSnapshotParser, formatSnapshot, parseSnapshot } from './snapshot-text.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const parts = (length: number) =>
  fc
    .dictionary(hex(length), fc.string({ unit: 'grapheme' }))
    .map((record) => new Map(Object.entries(record)));
const encoded = fc.record({ manifest: fc.json(), digest: hex(64), chunks: parts(2), blobs: parts(64) });

describe('the text of a snapshot', () => {
  test('holds every part as it was', () => {
    fc.assert(
      fc.property(encoded, (snapshot) => {
        const read = parseSnapshot(formatSnapshot(snapshot));
        expect({ ...read, chunks: [...read!.chunks].sort(), blobs: [...read!.blobs].sort() }).toEqual({
          ...snapshot,
          chunks: [...snapshot.chunks].sort(),
          blobs: [...snapshot.blobs].sort(),
        });
      }),
    );
  });

  test('is the same in pieces, wherever it is cut', () => {
    fc.assert(
      fc.property(encoded, fc.array(fc.nat(), { maxLength: 8 }), (snapshot, cuts) => {
        const text = formatSnapshot(snapshot);
        const at = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
        const parser = createSnapshotParser();
        for (const [index, end] of at.slice(1).entries()) parser.push(text.slice(at[index], end));
        expect(parser.end()).toEqual(parseSnapshot(text));
        expect(parser.end()).toBeDefined();
      }),
    );
  });

  test('that was cut anywhere is refused', () => {
    const text = formatSnapshot({
      manifest: '{}',
      digest: 'a'.repeat(64),
      chunks: new Map([['0a', 'Flag/x\t\t{}\n']]),
      blobs: new Map([['b'.repeat(64), 'u1\nu2\n']]),
    });
    const whole = parseSnapshot(text);
    expect(whole).toBeDefined();
    for (let end = 0; end < text.length; end++) {
      const read = parseSnapshot(text.slice(0, end));
      // A cut between two parts is found by the digests of the manifest.
      if (read !== undefined) expect(read.chunks.size + read.blobs.size).toBeLessThan(2);
    }
  });

  test('is no other text', () => {
    fc.assert(fc.property(fc.string(), (text) => parseSnapshot(text) === undefined));
    expect(parseSnapshot('ombre-snapshot 2\n')).toBeUndefined();
  });
});
