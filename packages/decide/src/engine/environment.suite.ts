import { createHash } from 'node:crypto';
import type { JsonValue } from '../model/json.ts';
import { encodeSnapshot } from '../snapshot/encode.ts';
import type { Encoded, Entry, EntryKind } from '../snapshot/entry.ts';
import type { Head } from '../snapshot/head.ts';
import { type CompileOptions, compileSnapshot } from './compile.ts';
import type { Snapshot } from './snapshot.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Entries as `{ 'Flag/name': spec }`. */
export type Bodies = Readonly<Record<string, unknown>>;

export function entriesOf(bodies: Bodies): Entry[] {
  return Object.entries(bodies).map(([key, body]) => {
    const slash = key.indexOf('/');
    return { kind: key.slice(0, slash) as EntryKind, name: key.slice(slash + 1), body: body as JsonValue };
  });
}

export function encode(bodies: Bodies): Encoded {
  return encodeSnapshot(entriesOf(bodies), sha256);
}

export function snapshotOf(bodies: Bodies, options?: CompileOptions): Snapshot {
  return compileSnapshot(encode(bodies), options);
}

export function headOf(encoded: Encoded, revision: number): Head {
  return { environment: 'judge/production', lineage: 'a', revision, digest: encoded.digest };
}
