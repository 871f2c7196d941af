/** A seeded stream of numbers: the same seed gives the same traffic everywhere. */
export type RandomStream = {
  /** Uniform on [0, 1), 32 bits. */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** Poisson with this mean. */
  readonly poisson: (mean: number) => number;
};

/** The generator sfc32 (Chris Doty-Humphrey, PractRand), with Box–Muller for normals. */
export function randomStream(seed: number): RandomStream {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88 ^ Math.imul(seed, 0x85ebca6b);
  let c = 0xb7e15162 ^ (seed >>> 3);
  let counter = 1;
  const bits = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) bits();
  const uniform = () => bits() / 4294967296;
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 500) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let product = uniform();
    let count = 0;
    // In pieces of 30, because e^(−mean) would leave no digits to compare with.
    let left = mean;
    let limit = Math.exp(-Math.min(left, 30));
    for (;;) {
      while (product < limit && left > 30) {
        left -= 30;
        product /= limit;
        limit = Math.exp(-Math.min(left, 30));
      }
      if (product < limit) return count;
      product *= uniform();
      count += 1;
    }
  };
  return { uniform, normal, poisson };
}
