// Coverage of the causal intervals on confounded populations, and the time of matching 16,000 rows.
// Usage: node bench/dist/judge-causal.js [populations = 1000] [units = 1000]
import {
  assignedPropensity,
  causalReport,
  doublyRobustEffect,
  fitPropensity,
  inverseProbabilityWeights,
  matchedEffect,
  matchNearest,
  weightedEffect,
} from '@ombre/judge';
import { confoundedPopulation, uniforms } from './confounded-populations.ts';

const populations = Number(process.argv[2] ?? 1000);
const units = Number(process.argv[3] ?? 1000);

const tally = new Map<string, { n: number; covered: number; squares: number }>();
const add = (label: string, estimate: number, [low, high]: readonly [number, number], truth: number) => {
  const row = tally.get(label) ?? { n: 0, covered: 0, squares: 0 };
  row.n++;
  if (low <= truth && truth <= high) row.covered++;
  row.squares += (estimate - truth) ** 2;
  tally.set(label, row);
};

const start = performance.now();
let refused = 0;
let confounding = 0;
for (let seed = 1; seed <= populations; seed++) {
  const population = confoundedPopulation(seed, units);
  confounding += Math.abs(population.confounding);
  const report = causalReport(population);
  if (report.refused) {
    refused++;
    continue;
  }
  for (const { label, effect } of report.effects) {
    if (effect.refused) continue;
    add(label, effect.estimate, effect.interval, population.att);
  }
  const once = matchNearest(population.treated, report.propensity, { caliper: 0.2 });
  const adjusted = once.refused ? undefined : matchedEffect(population, once);
  if (adjusted && !adjusted.refused && adjusted.adjusted) {
    const { estimate, standardError } = adjusted.adjusted;
    const reach = 1.959964 * standardError;
    add('the same, regressed on the causes', estimate, [estimate - reach, estimate + reach], population.att);
  }
  for (const [label, effect] of [
    ['weighting, everybody (ATE)', weightedEffect(population, report.propensity, 'ATE')],
    ['doubly robust, everybody (ATE)', doublyRobustEffect(population, report.propensity, 'ATE')],
  ] as const) {
    if (!effect.refused) add(label, effect.estimate, effect.interval, population.ate);
  }
}
let withoutOverlap = 0;
for (let seed = 1; seed <= 100; seed++) {
  if (causalReport(confoundedPopulation(seed, units, 'none')).refused) withoutOverlap++;
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `${populations} populations of ${units} units, mean confounding ${(confounding / populations).toFixed(2)}, ${refused} refused, ${seconds} s`,
);
console.log(`${withoutOverlap} of 100 populations without overlap refused`);
for (const [label, { n, covered, squares }] of tally) {
  const share = covered / n;
  const half = 2.576 * Math.sqrt((share * (1 - share)) / n);
  console.log(
    `  ${label.padEnd(38)} covers ${(100 * share).toFixed(1).padStart(5)} % ± ${(100 * half).toFixed(1)} (99 %)  root mean squared error ${Math.sqrt(squares / n).toFixed(3)}  (${n})`,
  );
}

const random = uniforms(5);
const n = 16_000;
const scores = Float64Array.from({ length: n }, () => 0.02 + 0.5 * random() ** 2);
const treated = Uint8Array.from(scores, (e) => Number(random() < e));
const propensity = assignedPropensity(scores);
if (propensity.refused) throw new Error(propensity.missing);
const outcome = scores.map((e) => e + random());
const causes = Array.from({ length: 12 }, (_, j) => ({
  name: `x${j}`,
  values: scores.map((e) => e * random()),
}));
const study = { treated, outcome, causes };
const time = (label: string, run: () => void) => {
  run();
  const taken = Array.from({ length: 9 }, () => {
    const from = performance.now();
    run();
    return performance.now() - from;
  });
  console.log(
    `  ${label.padEnd(46)} ${(taken.sort((a, b) => a - b)[4] ?? Number.NaN).toFixed(1).padStart(8)} ms`,
  );
};
console.log(`${n.toLocaleString('en-US')} rows, ${treated.reduce((a, b) => a + b, 0)} treated, 12 causes`);
time('match once each', () => void matchNearest(treated, propensity));
time('match once each, caliper 0.2', () => void matchNearest(treated, propensity, { caliper: 0.2 }));
time('match with replacement', () => void matchNearest(treated, propensity, { replace: true }));
const matching = matchNearest(treated, propensity, { replace: true });
if (matching.refused) throw new Error(matching.missing);
time('effect of a matching with Abadie–Imbens error', () => void matchedEffect(study, matching));
time('weights', () => void inverseProbabilityWeights(treated, scores, 'ATT'));
time('propensity by IRLS', () => void fitPropensity(study));
time('weighted effect', () => void weightedEffect(study, propensity, 'ATT'));
time('doubly robust effect', () => void doublyRobustEffect(study, propensity, 'ATT'));
time('the whole report', () => void causalReport(study));
