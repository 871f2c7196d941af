import { subBucketRate } from '@ombre/judge';
import { boundedEvidence, fractions } from './bounded-evidence.ts';
import { type BucketCounts, rateOf, total } from './rates.ts';

/** How many standard errors control's rate may be larger than it looks. */
const REACH = [0, 1, 2, 3, 4, 5, 6];
/** Fewer requests of control than this are no comparison. */
const LEAST_CONTROL = 50;

/**
 * ln of the evidence that treatment's rate is above control's by more than `margin`: the least, over all values p that
 * control's true rate may have, of the evidence that treatment is above p plus the evidence (z²/2, between sub-buckets) that
 * control is below it. At the true p the sum exceeds ln(1/α) with probability about α, so its minimum does no more often
 * (the argument of universal inference: Wasserman, Ramdas & Balakrishnan, PNAS 2020). `grain`: the largest weight of a request.
 */
export function evidenceAboveControl(
  treatment: BucketCounts,
  control: BucketCounts,
  margin: number,
  grain: number,
): number {
  if (total(control.trials) < LEAST_CONTROL) return 0;
  const observed = fractions(treatment.events, treatment.trials);
  const { rate, error } = likelyRate(control, grain);
  let least = Number.POSITIVE_INFINITY;
  for (const reach of REACH) {
    const limit = rate + reach * error + margin;
    if (limit >= 1) return 0;
    least = Math.min(least, Math.max(0, boundedEvidence(observed, limit)) + (reach * reach) / 2);
    if (least <= 0) return 0;
  }
  return least;
}

/** The larger of control's rate over requests and its mean over sub-buckets, which treatment is measured by. */
function likelyRate(control: BucketCounts, grain: number): { readonly rate: number; readonly error: number } {
  const byRequest = subBucketRate({ numerator: control.events, denominator: control.trials }, grain);
  const shares = fractions(control.events, control.trials);
  const mean = total(shares) / shares.length;
  const spread = total(shares.map((share) => (share - mean) ** 2));
  const error = Math.sqrt(spread / (shares.length * Math.max(1, shares.length - 1)));
  return {
    rate: Math.max(rateOf(control), mean),
    error: Math.max(error, byRequest.refused ? grain / total(control.trials) : Math.sqrt(byRequest.variance)),
  };
}
