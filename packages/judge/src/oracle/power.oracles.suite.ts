import { accepted } from '../accepted.suite.ts';
import {
  arcsineSampleSize,
  cohenH,
  detectableMean,
  detectableProportion,
  meanPower,
  meanSampleSize,
  normalSampleSize,
  proportionPower,
  proportionSampleSize,
} from '../power/power.ts';
import { number, sidesOf } from './case-inputs.suite.ts';
import type { OracleCase, OracleRegistry } from './oracle.suite.ts';

function powerProportionCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const sides = sidesOf(one);
  const alpha = number(inputs['sig.level']);
  const p1 = number(inputs.p1);
  if (inputs.n !== undefined) {
    const n = number(inputs.n);
    if (inputs.p2 === undefined) {
      const { p2 } = accepted(detectableProportion(p1, n, { alpha, power: number(inputs.power), sides }));
      return { n_per_group: n, p1, p2, power: inputs.power, n_ceiling: Math.ceil(n) };
    }
    const p2 = number(inputs.p2);
    return {
      n_per_group: n,
      p1,
      p2,
      power: proportionPower(p1, p2, n, alpha, sides),
      n_ceiling: Math.ceil(n),
    };
  }
  const p2 = number(inputs.p2);
  const { perArm } = accepted(proportionSampleSize(p1, p2, { alpha, power: number(inputs.power), sides }));
  return { n_per_group: perArm, p1, p2, power: inputs.power, n_ceiling: Math.ceil(perArm) };
}

function powerMeanCase(one: OracleCase): Record<string, unknown> {
  const { inputs } = one;
  const sides = sidesOf(one);
  const alpha = number(inputs['sig.level']);
  const sd = number(inputs.sd);
  const target = { alpha, power: number(inputs.power), sides };
  const same = { delta: inputs.delta, sd, power: inputs.power, n_per_group: inputs.n };
  if (inputs.n === undefined)
    return { ...same, n_per_group: accepted(meanSampleSize(number(inputs.delta), sd, target)).perArm };
  if (inputs.delta === undefined)
    return { ...same, delta: accepted(detectableMean(sd, number(inputs.n), target)).delta };
  return { ...same, power: meanPower(number(inputs.delta), sd, number(inputs.n), alpha, sides) };
}

/** Kinds of cases that power and sample sizes answer. */
export const oracles: OracleRegistry = {
  power_two_prop: powerProportionCase,
  power_t: powerMeanCase,
  power_normal: ({ inputs }) => {
    const target = { alpha: number(inputs.alpha), power: number(inputs.power) };
    const ratio = number(inputs.ratio ?? 1);
    return {
      n_per_group: accepted(normalSampleSize(number(inputs.delta), number(inputs.sd), target, ratio)).perArm,
    };
  },
  power_cohen_h: ({ inputs }) => {
    const h = cohenH(number(inputs.p1), number(inputs.p2));
    const target = { alpha: number(inputs.alpha), power: number(inputs.power) };
    if (inputs.n1 !== undefined)
      return { h, n2: accepted(arcsineSampleSize(h, target, number(inputs.n1))).n };
    return { h, n_per_group: accepted(arcsineSampleSize(h, target)).n };
  },
};
