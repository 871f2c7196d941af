// How often each sequential method calls identical arms different, and how soon it sees a real fault.
// Usage: node bench/dist/judge-acceptance.js [days without effect = 2000] [days per effect = 100] [first seed = 1]
import {
  type AcceptanceRow,
  acceptance,
  boundedStreams,
  ordinaryDay,
  type TrafficPlan,
  upper99,
} from '@ombre/judge';

// No days per effect: the runs with an effect are left out.
const [days = 2000, daysPerEffect = 100, firstSeed = 1] = process.argv.slice(2).map(Number);
if (![days - 1, daysPerEffect, firstSeed].every((count) => Number.isSafeInteger(count) && count >= 0)) {
  console.error('all three are whole numbers, and there is at least one day without effect');
  process.exit(2);
}
const ALPHA = 0.05;

const percent = (share: number) => `${(100 * share).toFixed(1).padStart(6)} %`;
const hours = (second?: number) =>
  second === undefined ? '     –' : `${(second / 3600).toFixed(1).padStart(4)} h`;

function play(plan: TrafficPlan, count: number): readonly AcceptanceRow[] {
  const tell = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r  day ${done} of ${count} `);
  };
  const rows = acceptance(plan, { days: count, alpha: ALPHA, firstSeed }, tell);
  if (process.stderr.isTTY) process.stderr.write('\r');
  return rows;
}

function print(title: string, rows: readonly AcceptanceRow[]): void {
  console.log(`\n${title}\n${'method'.padEnd(46)} different  99 % upper  first (median)`);
  for (const row of rows) {
    console.log(
      `${row.method.padEnd(46)} ${percent(row.share)}    ${percent(row.upper99)}   ${hours(row.medianSecond)}`,
    );
  }
}

const people = `${ordinaryDay.units} sticky people, log-normal activity σ ${ordinaryDay.activitySigma}, ${100 * ordinaryDay.brokenShare} % broken clients, AR(1) ${ordinaryDay.shock.persistence} weather`;
console.log(`${people}; a look every second of 24 h, nominal ${percent(ALPHA).trim()}`);

const calm = play(ordinaryDay, days);
print(`No effect, weather shared by both arms, ${days} days`, calm);
const own = play({ ...ordinaryDay, shock: { ...ordinaryDay.shock, each: 'per-arm' } }, Math.ceil(days / 4));
print(`No effect, each arm with weather of its own, ${Math.ceil(days / 4)} days`, own);
for (const harm of daysPerEffect === 0 ? [] : [0.0025, 0.005, 0.01, 0.02, 0.05]) {
  const rows = play({ ...ordinaryDay, harm }, daysPerEffect);
  print(`The new version fails ${(100 * harm).toFixed(2)} % more requests, ${daysPerEffect} days`, rows);
}

const streams = boundedStreams({ streams: days, observations: 2000, alpha: ALPHA, firstSeed });
console.log(`\nIndependent observations, a look after each of 2000, ${days} streams: truth ever left out`);
for (const row of streams) {
  console.log(
    `${row.method.padEnd(46)} ${percent(row.missed / days)}    ${percent(upper99(row.missed, days))}`,
  );
}

// Methods with planned looks spend their level to the end, so only the others can lie surely below it.
const bad = calm.filter((row) => row.claim === 'every second' && row.upper99 > ALPHA);
for (const row of bad)
  console.log(`\nnot shown to hold its level: ${row.method}, upper bound ${percent(row.upper99)}`);
process.exitCode = bad.length === 0 ? 0 : 1;
