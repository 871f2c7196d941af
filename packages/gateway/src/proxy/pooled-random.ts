import { randomFillSync } from 'node:crypto';

/** Random digits in hex, drawn in large pieces: asking for a few at a time costs a tenth of a request. Each is handed out once. */
export function createPooledRandom(size = 12_288): (digits: number) => string {
  const bytes = Buffer.alloc(size);
  let pool = '';
  let used = 0;
  return (digits) => {
    if (used + digits > pool.length) {
      pool = randomFillSync(bytes).toString('hex');
      used = 0;
    }
    used += digits;
    return pool.slice(used - digits, used);
  };
}
