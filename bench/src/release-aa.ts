// How often the guards of a release take back a version that is the same as the old one, beside the test most people would use,
// and how soon they see one that fails more.
// Usage: node bench/dist/release-aa.js [releases without effect = 10000] [releases per effect = 200] [first seed = 1]
import { betaQuantile } from '@ombre/judge';
import { ordinaryCrowd, playRelease, type ReleasePlay } from '@ombre/release';

const [same = 10_000, perEffect = 200, firstSeed = 1] = process.argv.slice(2).map(Number);
const EFFECTS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.3];

const play: ReleasePlay = {
  crowd: { ...ordinaryCrowd, people: 10_000, requestsPerSecond: 100 },
  shares: [0.01, 0.1, 0.5],
  hold: 200,
  guards: [
    { errorRate: { max: 0.05 } },
    { latency: { over: '1.2s', share: 0.01 } },
    { errorsAboveControl: { effect: 0.01 } },
  ],
  harm: { rate: 0, from: 0 },
};

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
/** Upper end of the one-sided 99 % Clopper–Pearson interval. */
const upper = (k: number, n: number) => (k === n ? 1 : betaQuantile(0.99, k + 1, n - k));

const seconds = play.shares.length * play.hold;
console.log(
  `Identical versions: ${same} climbs of ${seconds} s at ${play.crowd.requestsPerSecond} requests/s,`,
);
console.log(
  `${play.crowd.people} sticky people, ${percent(play.crowd.brokenShare)} with broken clients, looked at every second`,
);
let taken = 0;
let naive = 0;
let frozen = 0;
for (let i = 0; i < same; i++) {
  const played = playRelease(play, firstSeed + i);
  if (played.guards !== undefined) taken += 1;
  if (played.naive !== undefined) naive += 1;
  frozen += played.unknown;
  if ((i + 1) % 500 === 0) console.error(`${i + 1} played, ${taken} taken back, ${naive} by the naive test`);
}
console.log(
  `  guards: ${taken} taken back, ${percent(taken / same)} (99 % bound ${percent(upper(taken, same))}; goal 1 %, bound 1.5 %)`,
);
console.log(`  seconds frozen because control broke a limit too: ${frozen} of ${same * seconds}`);
console.log(`  test of two proportions over requests: ${naive} taken back, ${percent(naive / same)}\n`);

console.log(
  `A version that fails more, from 30 s into the last step (50 requests/s on it), ${perEffect} climbs each`,
);
console.log('  more failures   caught    median      p90');
for (const rate of EFFECTS) {
  const from = 30;
  const begins = 2 * play.hold + from;
  const delays: number[] = [];
  for (let i = 0; i < perEffect; i++) {
    const played = playRelease({ ...play, harm: { rate, from } }, firstSeed + same + i);
    if (played.guards !== undefined && played.guards >= begins) delays.push(played.guards - begins + 1);
  }
  delays.sort((a, b) => a - b);
  const at = (part: number) => {
    const delay = delays[Math.ceil(part * perEffect) - 1];
    return delay === undefined ? '      –' : `${delay.toString().padStart(5)} s`;
  };
  console.log(
    `  ${percent(rate).padStart(9)}    ${percent(delays.length / perEffect).padStart(9)}   ${at(0.5)}  ${at(0.9)}`,
  );
}
