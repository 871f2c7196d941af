/**
 * What it is worth to know what the users of both arms did before the climb: climbs of identical versions called good at the end, and of those that
 * fail a little more how many are caught and how soon, with and without it.
 * Run: npx tsc -b && npx tsc -b bench && node bench/dist/release-ahead.js [climbs = 100] [first seed = 1] [seconds counted before = 240]
 */
import { ordinaryCrowd, playRelease, type ReleasePlay } from '@ombre/release';

const [climbs = 100, firstSeed = 1, past = 240] = process.argv.slice(2).map(Number);
const HOLD = 240;
const RISES = [0.005, 0.01, 0.02];

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** One cell of the table: part of the climbs caught, and the second by which half of all were. */
function caughtIn(play: ReleasePlay): string {
  const times = Array.from({ length: climbs }, (_, i) => playRelease(play, firstSeed + i).guards);
  const caught = times.filter((time) => time !== undefined).sort((a, b) => a - b);
  const half = caught[Math.ceil(climbs / 2) - 1];
  return `${Math.round((100 * caught.length) / climbs)} %, ${half === undefined ? '–' : `${half} s`}`;
}

console.log(
  `${climbs} climbs each, ${HOLD} s, 200 requests/s, ${percent(ordinaryCrowd.brokenShare)} broken clients, 1 % declared; before: ${past} s`,
);
const heads = ['good, same', 'explained', ...RISES.map((rise) => `+ ${percent(rise)}`)];
console.log(`people  arms   before ${heads.map((head) => head.padStart(13)).join('')}`);
for (const people of [300, 1_000, 5_000]) {
  for (const share of [0.5, 0.9]) {
    for (const before of [0, past]) {
      const play: ReleasePlay = {
        crowd: { ...ordinaryCrowd, people, requestsPerSecond: 200 },
        ...(before > 0 && { past: before }),
        shares: [share],
        hold: HOLD,
        guards: [{ errorsAboveControl: { effect: 0.01 } }],
        harm: { rate: 0, from: 0 },
      };
      const same = Array.from({ length: climbs }, (_, i) => playRelease(play, firstSeed + i));
      const good = same.filter(({ verdicts }) => verdicts.at(-1) === 'good').length / climbs;
      const explained = same.map(({ evidence }) => evidence[0]?.numbers.explained ?? 0);
      const mean = explained.reduce((sum, one) => sum + one, 0) / climbs;
      const rises = RISES.map((rate) => caughtIn({ ...play, harm: { rate, from: 0 } }));
      const cells = [
        `${Math.round(100 * good)} %`,
        before > 0 ? `${Math.round(100 * mean)} %` : '–',
        ...rises,
      ];
      const arms = share === 0.5 ? '1:1' : '9:1';
      console.log(
        `${String(people).padStart(6)}  ${arms}  ${(before > 0 ? 'known' : 'unknown').padStart(8)} ${cells.map((cell) => cell.padStart(13)).join('')}`,
      );
    }
  }
}
