import {
  type Advanced,
  advanceInSteps,
  applyDeltaInSteps,
  type CompileOptions,
  compileInSteps,
  diffSnapshots,
  type Encoded,
  type Head,
  type Snapshot,
  verifyInSteps,
} from '@ombre/decide';
import { deltaAt, type WireDelta } from '@ombre/protocol';
import type { Problem } from '../problem.ts';
import { sha256 } from '../sha256.ts';
import { headText } from './sighting.ts';
import { inSlices, turn } from './slices.ts';

/** A snapshot as bytes and compiled, under its head. */
export interface Stage {
  readonly head: Head;
  readonly encoded: Encoded;
  readonly snapshot: Snapshot;
}

/** A stage that is ready to serve, and the flags whose answers may differ from the stage before. */
export interface Compiled {
  readonly stage: Stage;
  readonly changed: readonly string[];
}

export type Staged = ({ readonly ok: true } & Compiled) | { readonly ok: false; readonly problem: Problem };

/** Up to so many chunks of 256 that differ, what changed is worked out; beyond, all is compiled anew and every flag announced. */
const FEW_CHUNKS = 16;

const NEVER_ABORTED = new AbortController().signal;

/** Verifies whole bytes against a head and compiles them, beside what serves now and without holding the event loop. */
export async function stageFull(
  head: Head,
  encoded: Encoded,
  current: Stage | undefined,
  options: CompileOptions,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<Staged> {
  if (encoded.digest !== head.digest) {
    return refused(
      'DIGEST',
      `${headText(head)} names ${head.digest.slice(0, 12)}, got ${encoded.digest.slice(0, 12)}`,
    );
  }
  // Reading megabytes as text has filled the turn that brought them.
  await turn(signal);
  const verified = await inSlices(verifyInSteps(encoded, sha256), signal);
  if (!verified.ok) return refused(verified.code, `${headText(head)}: ${verified.message}`);
  if (current !== undefined && chunksApart(current.encoded, encoded) <= FEW_CHUNKS) {
    const delta = diffSnapshots(current.encoded, current.head, encoded, head);
    const advanced = await inSlices(advanceInSteps(current.snapshot, encoded, delta), signal);
    return staged(head, encoded, advanced);
  }
  const snapshot = await inSlices(compileInSteps(encoded, options), signal);
  const { flags } = snapshot;
  await turn(signal);
  const changed = current === undefined ? flags : union(current.snapshot.flags, flags);
  await turn(signal);
  return staged(head, encoded, { snapshot, changed });
}

/** Applies a delta to what serves now, verifies the result against the delta's head, and compiles what it touches. */
export async function stageDelta(
  delta: WireDelta,
  current: Stage | undefined,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<Staged> {
  if (current === undefined) throw new Error('a delta is staged on nothing');
  const full = deltaAt(delta, current.head);
  const applied = await inSlices(applyDeltaInSteps(current.encoded, current.head, full, sha256), signal);
  if (!applied.ok) {
    // The receiver has put the delta in its place already: a duplicate here is a contradiction, not a repetition.
    const code = applied.code === 'DUPLICATE' ? 'OUT_OF_ORDER' : applied.code;
    return refused(code, `${headText(delta.head)}: ${applied.message}`);
  }
  const advanced = await inSlices(advanceInSteps(current.snapshot, applied.encoded, full), signal);
  return staged(delta.head, applied.encoded, advanced);
}

function staged(head: Head, encoded: Encoded, { snapshot, changed }: Advanced): Staged {
  return { ok: true, stage: { head, encoded, snapshot }, changed };
}

function refused(code: Problem['code'], detail: string): Staged {
  return { ok: false, problem: { code, detail } };
}

/** Two sorted lists of names as one; mostly they are the same. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === b.length && a.every((name, index) => name === b[index])) return a;
  const known = new Set(a);
  const more = b.filter((name) => !known.has(name));
  return more.length === 0 ? a : [...a, ...more].sort();
}

function chunksApart(from: Encoded, to: Encoded): number {
  let apart = 0;
  for (const [name, text] of to.chunks) if (from.chunks.get(name) !== text) apart++;
  for (const name of from.chunks.keys()) if (!to.chunks.has(name)) apart++;
  return apart;
}
