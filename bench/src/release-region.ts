/**
 * A region whose users all have the change has no control: how often difference-in-differences takes back a version that is the same, and how
 * soon it sees one that fails more. Run: npx tsc -b && npx tsc -b bench && node bench/dist/release-region.js [climbs = 1000] [first seed = 1]
 */
import { betaQuantile } from '@ombre/judge';
import { ordinaryCrowd, playRegion, type RegionPlay } from '@ombre/release';

const [climbs = 1000, firstSeed = 1] = process.argv.slice(2).map(Number);
const play: RegionPlay = {
  crowd: { ...ordinaryCrowd, people: 20_000, requestsPerSecond: 200 },
  region: 0.3,
  worse: 0.005,
  ownWeather: 0,
  hold: 120,
  effect: 0.01,
  harm: 0,
};
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const upper = (k: number, n: number) => (k === n ? 1 : betaQuantile(0.99, k + 1, n - k));

console.log(
  `30 % of ${play.crowd.people} people live in the region and fail ${percent(play.worse)} more often anyway; 200 requests/s, weather for all (AR(1), σ = ${play.crowd.storm})`,
);
for (const ownWeather of [0, 0.2, 0.4]) {
  const same = Array.from({ length: climbs }, (_, i) => playRegion({ ...play, ownWeather }, firstSeed + i));
  const bad = same.filter((one) => one.bad !== undefined).length;
  const good = same.filter(({ last }) => last === 'good').length;
  console.log(
    `same version, weather of its own σ = ${ownWeather}: ${bad} of ${climbs} taken back (${percent(bad / climbs)}, 99 % bound ${percent(upper(bad, climbs))}), ${percent(good / climbs)} good at the end`,
  );
}
for (const harm of [0.005, 0.01, 0.02, 0.05, 0.1]) {
  const count = Math.max(20, Math.round(climbs / 10));
  const times = Array.from({ length: count }, (_, i) => playRegion({ ...play, harm }, firstSeed + i).bad);
  const caught = times.flatMap((time) => (time === undefined ? [] : [time])).sort((a, b) => a - b);
  const at = (q: number) => caught[Math.ceil(q * count) - 1] ?? '–';
  console.log(
    `${percent(harm)} more failures: caught ${percent(caught.length / count)}, seconds p50 ${at(0.5)}, p90 ${at(0.9)}`,
  );
}
