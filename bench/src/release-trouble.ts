/**
 * What guards on the mean latency and slices make of trouble that both versions share, and of a new version's own.
 * Run: npx tsc -b && npx tsc -b bench && node bench/dist/release-trouble.js [climbs = 100] [first seed = 1] [share treated = 0.9]
 */
import { ordinaryCrowd, playTrouble, REGION, type Trouble, type TroublePlay } from '@ombre/release';

const [climbs = 100, firstSeed = 1, share = 0.9] = process.argv.slice(2).map(Number);
const FROM = 20;
const HOLD = 100;
const crowd = { ...ordinaryCrowd, people: 8_000, requestsPerSecond: 200, brokenShare: 0 };
const mean: TroublePlay['guards'] = [{ meanLatency: { max: '400ms' } }];
const slices: TroublePlay['guards'] = [
  { errorsAboveControl: { effect: 0.02, slices: [REGION], returnSlices: true } },
];

/** A row: what became of the climbs, and after how many seconds of trouble half and nearly all of those taken back were. */
function row(title: string, guards: TroublePlay['guards'], share: number, trouble: Partial<Trouble>): void {
  const play: TroublePlay = {
    crowd,
    region: 0.4,
    share,
    hold: HOLD,
    looks: 4,
    guards,
    trouble: {
      failures: 0,
      milliseconds: 0,
      from: FROM,
      to: HOLD,
      ofControl: 1,
      regional: false,
      ...trouble,
    },
  };
  const played = Array.from({ length: climbs }, (_, i) => playTrouble(play, firstSeed + i));
  const times = played.flatMap(({ bad, returned }) => bad ?? returned ?? []).sort((a, b) => a - b);
  const at = (part: number) => {
    const time = times[Math.ceil(part * climbs) - 1];
    return time === undefined ? '–' : (time - FROM).toFixed(2);
  };
  const bad = played.filter((one) => one.bad !== undefined).length;
  const returned = played.filter((one) => one.returned !== undefined).length;
  const frozen = played.filter(({ unknown }) => unknown.length > 0).length;
  const still = played.filter(({ unknown }) => unknown.at(-1) === HOLD).length;
  const cells = [bad, returned, frozen, still, at(0.5), at(0.99)];
  console.log(`${title.padEnd(48)} ${cells.map((cell) => String(cell).padStart(8)).join('')}`);
}

console.log(
  `${climbs} climbs each of ${HOLD} s, 200 requests/s, trouble from ${FROM} s on, seeds from ${firstSeed}`,
);
console.log(
  `${''.padEnd(48)} ${['all back', 'region', 'unknown', 'at end', 'p50 s', 'p99 s'].map((head) => head.padStart(8)).join('')}`,
);
const arms = `${Math.round(100 * share)}:${Math.round(100 - 100 * share)}`;
for (const milliseconds of [400, 1_000, 3_000]) {
  row(`mean, ${arms}, shared + ${milliseconds} ms`, mean, share, { milliseconds });
  row(`mean, ${arms}, shared + ${milliseconds} ms for 20 s`, mean, share, { milliseconds, to: FROM + 20 });
  row(`mean, ${arms}, control 60 % of + ${milliseconds} ms`, mean, share, { milliseconds, ofControl: 0.6 });
  row(`mean, ${arms}, new alone + ${milliseconds} ms`, mean, share, { milliseconds, ofControl: 0 });
}
for (const failures of [0.1, 0.3, 0.6]) {
  const percent = `${100 * failures} %`;
  row(`slices, ${arms}, region's shared ${percent}`, slices, share, { failures, regional: true });
  row(`slices, ${arms}, control 60 % of region's ${percent}`, slices, share, {
    failures,
    regional: true,
    ofControl: 0.6,
  });
  row(`slices, ${arms}, new alone in region ${percent}`, slices, share, {
    failures,
    regional: true,
    ofControl: 0,
  });
}
row(`slices, ${arms}, nothing`, slices, share, {});
row(`mean, ${arms}, nothing`, mean, share, {});
