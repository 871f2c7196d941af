import { utf8 } from '../cel/utf8.ts';

/**
 * A murmur3_x86_32 (A. Appleby, public domain) that has taken some bytes and waits for more, so that the hash of a common
 * prefix is worked out once. Up to three bytes that do not fill a block wait in `tail`, the first in the lowest byte.
 */
export interface MurmurState {
  readonly hash: number;
  readonly tail: number;
  /** Bytes taken, those in the tail included. */
  readonly length: number;
}

/**
 * murmur3_x86_32 of the UTF-8 bytes of a text. A lone surrogate counts as U+FFFD, as in TextEncoder. Here and below hashes are 32 bits as a
 * signed integer, which costs no memory to pass on; `hash >>> 0` is the unsigned one.
 */
export function murmur3(text: string, seed = 0): number {
  return murmur3After({ hash: seed | 0, tail: 0, length: 0 }, text);
}

/** The state after the UTF-8 bytes of a text. */
export function murmur3State(text: string, seed = 0): MurmurState {
  return take({ hash: seed | 0, tail: 0, length: 0 }, text);
}

function take(state: MurmurState, text: string): MurmurState {
  let { hash, tail, length } = state;
  for (const byte of utf8(text)) {
    tail |= byte << ((length & 3) << 3);
    length += 1;
    if ((length & 3) === 0) {
      hash = mix(hash, tail);
      tail = 0;
    }
  }
  return { hash, tail, length };
}

/** The hash of the bytes a state has taken followed by those of the text. Allocates nothing for ASCII. */
export function murmur3After(state: MurmurState, text: string): number {
  const { length } = text;
  let { hash, tail } = state;
  let shift = (state.length & 3) << 3;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      const wide = take(state, text);
      return finish(wide.hash, wide.tail, wide.length);
    }
    tail |= unit << shift;
    if (shift === 24) {
      hash = mix(hash, tail);
      tail = 0;
      shift = 0;
    } else shift += 8;
  }
  return finish(hash, tail, state.length + length);
}

/** Murmur3's final mix: each input bit changes each output bit about half of the time. */
export function fmix32(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

/** An empty tail scrambles to 0, so it need not be told apart. */
function finish(hash: number, tail: number, length: number): number {
  return fmix32(hash ^ scramble(tail) ^ length);
}
