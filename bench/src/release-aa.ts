// How often the guards of a release take back a version that is the same as the old one, beside the test most people would use,
// and how soon they see one that fails more.
// Usage: node bench/dist/release-aa.js [releases without effect = 10000] [releases per effect = 200] [first seed = 1] [seconds counted before the climb = 200]
import { betaQuantile } from '@ombre/judge';
import { type CrowdPlan, ordinaryCrowd, playRelease, type ReleasePlay } from '@ombre/release';

const [same = 10_000, perEffect = 200, firstSeed = 1, past = 200] = process.argv.slice(2).map(Number);
const EFFECTS = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.6];

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
  ...(past > 0 && { past }),
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
console.log(`what they did in ${past} s before the climb is known`);
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
console.log(`  test of two proportions over requests: ${naive} taken back, ${percent(naive / same)}`);

/** Delays from fault to verdict, looked at four times a second as a controller does; 2 × 100 requests a second in the arms. */
function curve(title: string, crowd: CrowdPlan): void {
  console.log(
    `${title}, from 30 s into the last step (100 requests/s on it), four looks a second, ${perEffect} climbs each`,
  );
  console.log('  more failures   caught      early    p50       p90       p99');
  for (const rate of EFFECTS) {
    const from = 30;
    const fast = { ...play, crowd, shares: [0.1, 0.5], hold: 60, looks: 4 };
    const begins = fast.hold + from;
    const delays: number[] = [];
    let early = 0;
    for (let i = 0; i < perEffect; i++) {
      const { guards } = playRelease({ ...fast, harm: { rate, from } }, firstSeed + same + i);
      if (guards !== undefined && guards <= begins) early += 1;
      if (guards !== undefined && guards > begins) delays.push(guards - begins);
    }
    delays.sort((a, b) => a - b);
    const at = (part: number) => {
      const delay = delays[Math.ceil(part * perEffect) - 1];
      return delay === undefined ? '      –' : `${delay.toFixed(2).padStart(6)} s`;
    };
    const caught = percent(delays.length / perEffect).padStart(9);
    console.log(
      `  ${percent(rate).padStart(9)}    ${caught}   ${String(early).padStart(5)}  ${at(0.5)}  ${at(0.9)}  ${at(0.99)}`,
    );
  }
}

const busy = { ...ordinaryCrowd, people: 10_000, requestsPerSecond: 200 };
curve('\nA version that fails more, people as above', busy);
curve('\nThe same with 0.5 % failures and no broken clients', { ...busy, brokenShare: 0, failure: 0.0045 });
