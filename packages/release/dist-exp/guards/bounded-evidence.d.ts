/**
 * ln of an e-value against "the mean is at most `limit`", for independent observations in [0, 1]: a gambler's capital after
 * stakes that are fixed beforehand, averaged over stakes. Exact whatever the observations are, and no observation, however
 * extreme, multiplies it by more than 1 + λ(1 − limit) (Waudby-Smith & Ramdas, "Estimating means of bounded random variables
 * by betting", JRSSB 2024). Here an observation is the share of bad requests in one sub-bucket of units, so that a single
 * broken client counts once.
 */
export declare function boundedEvidence(observations: readonly number[], limit: number): number;
/** The share of events in each sub-bucket that had any trial. */
export declare function fractions(events: readonly number[], trials: readonly number[]): readonly number[];
/**
 * The evidence (nats) that `boundedEvidence` reaches with so much power (`z`, the normal quantile) from so many observations of this mean and
 * variance: the best stake's expected growth, less its spread and what the others cost. For plans.
 */
export declare function foreseenEvidence(observations: number, { mean, variance, limit, z }: Readonly<Record<'mean' | 'variance' | 'limit' | 'z', number>>): number;
