// Shapley values: exact time and memory by number of players, and the error of walks beyond. Usage: node bench/dist/judge-shapley.js
// Figure to beat: 8 dimensions in 3.2 ms.
import { heterogeneityByDimension, type LiftCell, shapleyExact, shapleyWalks } from '@ombre/judge';
import { uniforms } from './confounded-populations.ts';

/** Milliseconds that a run takes, the median of `times`, after some that warm it up. */
function timeOf(run: () => void, times: number): number {
  for (let i = 0; i < Math.min(20, times); i++) run();
  const taken = Array.from({ length: times }, () => {
    const start = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return taken.sort((a, b) => a - b)[times >> 1] ?? Number.NaN;
}

const milliseconds = (time: number) => `${time.toFixed(time < 1 ? 3 : 1).padStart(9)} ms`;

/** √ of the weights joined: every pair of players interacts, and values are not given by any pairwise formula. */
const root = (players: number) => (members: number) => {
  let sum = 0;
  for (let p = 0; p < players; p++) if ((members >> p) & 1) sum += 1 + (p % 5);
  return Math.sqrt(sum);
};

console.log('exact, every coalition asked of a table');
for (const players of [4, 8, 12, 16, 20]) {
  const table = Float64Array.from({ length: 2 ** players }, (_, members) => root(players)(members));
  const value = (members: number) => table[members] ?? 0;
  const time = timeOf(() => shapleyExact(players, value), players > 16 ? 5 : 50);
  const bytes = 2 ** players * 9;
  console.log(
    `  ${String(players).padStart(2)} players ${milliseconds(time)}  table ${(bytes / 1e6).toFixed(2).padStart(6)} MB`,
  );
}

const random = uniforms(1);
const dimensions = Array.from({ length: 8 }, (_, d) => `d${d}`);
const moments = () => ({ n: 50 + Math.floor(100 * random()), mean: random(), m2: 100 });
for (const levels of [2, 3]) {
  const cells: LiftCell[] = Array.from({ length: Math.min(6561, levels ** 8) }, (_, i) => ({
    levels: dimensions.map((_, d) => String(Math.floor(i / levels ** d) % levels)),
    control: moments(),
    treatment: moments(),
  }));
  const time = timeOf(() => heterogeneityByDimension(dimensions, cells), levels === 2 ? 30 : 5);
  console.log(
    `8 dimensions of ${levels} levels from ${cells.length} cells ${milliseconds(time)}  (to beat, 8 players: 3.2 ms)`,
  );
}

console.log('walks against exact values of 20 players (error relative to the largest value)');
const players = 20;
const game = root(players);
const exact = shapleyExact(players, game);
if (exact.refused) throw new Error(exact.missing);
const largest = Math.max(...exact.values.map(Math.abs));
for (const pairs of [50, 200, 1000, 5000]) {
  const byMembers = (members: Uint8Array) => game(members.reduce((mask, m, p) => mask | (m << p), 0));
  let result: ReturnType<typeof shapleyWalks> | undefined;
  const time = timeOf(() => {
    result = shapleyWalks(players, byMembers, {
      random: uniforms(pairs),
      precision: 0,
      minPairs: pairs,
      maxPairs: pairs,
    });
  }, 3);
  if (result === undefined || result.refused) throw new Error('walks were refused');
  const { values, standardErrors } = result;
  const error = Math.max(...values.map((v, i) => Math.abs(v - (exact.values[i] ?? 0)))) / largest;
  const claimed = Math.max(...standardErrors) / largest;
  const inside = values.filter(
    (v, i) => Math.abs(v - (exact.values[i] ?? 0)) <= 2 * (standardErrors[i] ?? 0),
  ).length;
  console.log(
    `  ${String(pairs).padStart(4)} pairs ${milliseconds(time)}  worst error ${error.toExponential(1)}, worst standard error ${claimed.toExponential(1)}, ${inside} of ${players} within two`,
  );
}
