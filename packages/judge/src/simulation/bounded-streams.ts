import { advanceBetting, evenCandidates, startBetting } from '../sequential/betting-sequence.ts';
import { rateSequence } from '../sequential/rate-sequence.ts';
import { randomStream } from './random.ts';

/** How often a confidence sequence ever left out the truth, over streams of independent observations. */
export type CoverageRow = { readonly method: string; readonly streams: number; readonly missed: number };

/**
 * Watches the exact confidence sequences after every observation of streams whose mean is known: rare failures for the rate,
 * skewed fractions (squares of uniforms, mean one third) for the bounded mean.
 */
export function boundedStreams(options: {
  readonly streams: number;
  readonly observations: number;
  readonly alpha: number;
  readonly firstSeed: number;
}): readonly CoverageRow[] {
  const { streams, observations, alpha, firstSeed } = options;
  const betting = { alpha, candidates: evenCandidates(0, 1, 100) };
  let missedRate = 0;
  let missedMean = 0;
  for (let stream = 0; stream < streams; stream++) {
    const random = randomStream(firstSeed + stream);
    let events = 0;
    let rateMissed = false;
    let meanMissed = false;
    let state = startBetting(betting);
    for (let trials = 1; trials <= observations; trials++) {
      events += random.uniform() < FAILURE ? 1 : 0;
      const rate = rateSequence({ events, trials }, alpha);
      rateMissed ||= !rate.refused && (rate.low > FAILURE || rate.high < FAILURE);
      const mean = advanceBetting(state, [random.uniform() ** 2], betting);
      if (mean.refused) throw new Error(mean.missing);
      state = mean.state;
      meanMissed ||= mean.low > 1 / 3 || mean.high < 1 / 3;
    }
    if (rateMissed) missedRate += 1;
    if (meanMissed) missedMean += 1;
  }
  return [
    { method: 'confidence sequence for a rate', streams, missed: missedRate },
    { method: 'betting sequence for a bounded mean', streams, missed: missedMean },
  ];
}

const FAILURE = 0.02;
