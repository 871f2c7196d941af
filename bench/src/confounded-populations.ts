/** A population in which who is treated depends on what also drives the outcome, with its true effect on the treated. */
export interface ConfoundedPopulation {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly causes: readonly { readonly name: string; readonly values: Float64Array }[];
  /** The average effect over all who would be treated, not over these units alone; and over everybody. */
  readonly att: number;
  readonly ate: number;
  /** What a difference of means would say of infinitely many such units, minus the truth. */
  readonly confounding: number;
}

/** Units drawn to find a population's true effects. */
const DRAWS = 30_000;

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Draws one population. Its laws are drawn too: three to six causes (half of them yes or no), the strength of
 * confounding, an effect that differs between units, noise that is normal or a t with 4 degrees of freedom and grows
 * with the first cause. `overlap: 'none'` treats exactly those above a line.
 */
export function confoundedPopulation(
  seed: number,
  units: number,
  overlap: 'good' | 'none' = 'good',
): ConfoundedPopulation {
  const random = uniforms(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const size = 3 + Math.floor(random() * 4);
  const coefficients = (scale: number) =>
    Array.from({ length: size }, () => (scale * normal()) / Math.sqrt(size));
  const toTreatment = coefficients(0.9);
  const toOutcome = coefficients(2);
  const toEffect = coefficients(0.7);
  const base = 1 + random();
  const share = -0.8 + 0.9 * random();
  const heavy = random() < 0.5;
  const noise = () => {
    if (!heavy) return normal();
    let squares = 0;
    for (let i = 0; i < 4; i++) squares += normal() ** 2;
    return normal() / Math.sqrt(squares / 2);
  };
  const along = (weights: readonly number[], x: readonly number[]) =>
    weights.reduce((sum, w, j) => sum + w * (x[j] ?? 0), 0);
  const unit = () => {
    const x = Array.from({ length: size }, (_, j) => (j % 2 === 0 ? normal() : Number(random() < 0.4)));
    const logit = share + along(toTreatment, x);
    const treated =
      overlap === 'none' ? Number(logit > share) : Number(random() < 1 / (1 + Math.exp(-logit)));
    const untreated = along(toOutcome, x) + (0.5 + 0.3 * Math.abs(x[0] ?? 0)) * noise();
    return { x, treated, untreated, effect: base + along(toEffect, x) };
  };

  const sums = { effect: 0, everybody: 0, treated: 0, outcome: 0, controls: 0, controlOutcome: 0 };
  for (let i = 0; i < DRAWS; i++) {
    const { treated, untreated, effect } = unit();
    sums.everybody += effect;
    if (treated) {
      sums.treated++;
      sums.effect += effect;
      sums.outcome += untreated;
    } else {
      sums.controls++;
      sums.controlOutcome += untreated;
    }
  }
  const drawn = Array.from({ length: units }, unit);
  return {
    treated: Uint8Array.from(drawn, ({ treated }) => treated),
    outcome: Float64Array.from(drawn, ({ treated, untreated, effect }) => untreated + treated * effect),
    causes: toOutcome.map((_, j) => ({
      name: `x${j}`,
      values: Float64Array.from(drawn, ({ x }) => x[j] ?? 0),
    })),
    att: sums.effect / sums.treated,
    ate: sums.everybody / DRAWS,
    confounding: sums.outcome / sums.treated - sums.controlOutcome / sums.controls,
  };
}
