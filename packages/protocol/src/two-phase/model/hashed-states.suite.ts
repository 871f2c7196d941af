/** States by a 64-bit hash of their keys, in the order they were found. With 10⁷ of them two share a hash with a chance of 3 in a million. */
export interface HashedStates {
  readonly size: number;
  /** The number of this state; `fresh` where it was not known. */
  add(key: string): { readonly index: number; readonly fresh: boolean };
}

export function createHashedStates(): HashedStates {
  let capacity = 1 << 16;
  let high = new Uint32Array(capacity);
  let low = new Uint32Array(capacity);
  let indices = new Int32Array(capacity).fill(-1);
  let size = 0;

  function slotOf(h: number, l: number): number {
    let slot = l & (capacity - 1);
    while (indices[slot] !== -1 && (high[slot] !== h || low[slot] !== l)) slot = (slot + 1) & (capacity - 1);
    return slot;
  }

  function put(slot: number, h: number, l: number, index: number): void {
    high[slot] = h;
    low[slot] = l;
    indices[slot] = index;
  }

  function grow(): void {
    const [oldHigh, oldLow, oldIndices] = [high, low, indices];
    capacity *= 2;
    high = new Uint32Array(capacity);
    low = new Uint32Array(capacity);
    indices = new Int32Array(capacity).fill(-1);
    oldIndices.forEach((index, at) => {
      const [h = 0, l = 0] = [oldHigh[at], oldLow[at]];
      if (index !== -1) put(slotOf(h, l), h, l, index);
    });
  }

  return {
    get size() {
      return size;
    },
    add(key) {
      const [h, l] = hash(key);
      const slot = slotOf(h, l);
      const known = indices[slot] ?? -1;
      if (known !== -1) return { index: known, fresh: false };
      put(slot, h, l, size);
      size += 1;
      if (size * 2 > capacity) grow();
      return { index: size - 1, fresh: true };
    },
  };
}

/** Two multiplicative hashes of 32 bits that mix each other at the end (after cyrb53, public domain). */
function hash(text: string): readonly [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, b >>> 0];
}
