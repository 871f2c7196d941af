// Updates per second of the sequential states. Usage: node bench/dist/judge-sequential.js [seconds per line = 1]
import {
  advanceBetting,
  advanceClusterSequence,
  advanceMsprt,
  advanceRateEProcess,
  advanceSequentialSrm,
  type ClusterTest,
  evenCandidates,
  msprtStart,
  rateEProcessStart,
  type SubBucketCount,
  startBetting,
  startClusterSequence,
  startSequentialSrm,
} from '@ombre/judge';

const seconds = Number(process.argv[2] ?? 1);

function measure(name: string, update: () => void): void {
  for (let i = 0; i < 2000; i++) update();
  let updates = 0;
  const start = process.hrtime.bigint();
  let elapsed = 0;
  while (elapsed < seconds * 1e9) {
    for (let i = 0; i < 500; i++) update();
    updates += 500;
    elapsed = Number(process.hrtime.bigint() - start);
  }
  const rate = (updates / elapsed) * 1e9;
  console.log(
    `${name.padEnd(58)} ${(rate / 1e3).toFixed(0).padStart(6)} k updates/s  ${(1e6 / rate).toFixed(2).padStart(6)} µs`,
  );
}

const clusterTest: ClusterTest = { alpha: 0.01, tau: 0.01, contrast: 'difference', side: 'above' };

/** `rows` counts, spread over both arms and all sub-buckets, failing at a rate that differs from unit to unit. */
function rowsOf(rows: number): SubBucketCount[] {
  return Array.from({ length: rows }, (_, i) => ({
    arm: i % 2 === 0 ? 'treatment' : 'control',
    subBucket: (i * 29) % 64,
    numerator: (i * 7) % 11 === 0 ? 1 : 0,
    denominator: 3,
    newUnits: 1,
  }));
}

for (const rows of [1, 16, 128]) {
  const batch = rowsOf(rows);
  let state = startClusterSequence(clusterTest);
  for (let i = 0; i < 64; i++) {
    const warm = advanceClusterSequence(state, rowsOf(128), clusterTest);
    if (!warm.refused) state = warm.state;
  }
  measure(`cluster sequence, batch of ${rows} sub-bucket counts and a look`, () => {
    const next = advanceClusterSequence(state, batch, clusterTest);
    if (!next.refused) state = next.state;
  });
}

let msprt = msprtStart;
measure('mSPRT', () => {
  msprt = advanceMsprt(msprt, { estimate: 0.001, variance: 1e-5 }, { tau: 0.01, alpha: 0.01 }).state;
});

let rates = rateEProcessStart;
const counts = { treatment: { events: 1, trials: 50 }, control: { events: 1, trials: 50 } };
measure('e-process for two rates, null with a margin', () => {
  const next = advanceRateEProcess(rates, counts, { kind: 'at-most', margin: 0.02 });
  if (!next.refused) rates = next.state;
});

let srm = startSequentialSrm(2);
measure('sequential SRM', () => {
  const next = advanceSequentialSrm(srm, [25, 25], { weights: [1, 1] });
  if (!next.refused) srm = next.state;
});

const betting = { alpha: 0.01, candidates: evenCandidates(0, 1, 200) };
let capital = startBetting(betting);
measure('betting sequence, 200 candidates, one observation', () => {
  const next = advanceBetting(capital, [0.25], betting);
  if (!next.refused) capital = next.state;
});
