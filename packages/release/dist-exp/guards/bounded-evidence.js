/**
 * ln of an e-value against "the mean is at most `limit`", for independent observations in [0, 1]: a gambler's capital after
 * stakes that are fixed beforehand, averaged over stakes. Exact whatever the observations are, and no observation, however
 * extreme, multiplies it by more than 1 + λ(1 − limit) (Waudby-Smith & Ramdas, "Estimating means of bounded random variables
 * by betting", JRSSB 2024). Here an observation is the share of bad requests in one sub-bucket of units, so that a single
 * broken client counts once.
 */
export function boundedEvidence(observations, limit) {
    if (observations.length === 0 || limit <= 0 || limit >= 1)
        return limit >= 1 ? 0 : Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const x of observations)
        sum += x;
    // By Jensen no stake gains while the mean lies below the limit.
    if (sum <= limit * observations.length)
        return 0;
    const capitals = STAKES.map((stake) => {
        const bet = stake / limit;
        let log = 0;
        for (const x of observations)
            log += Math.log1p(bet * (x - limit));
        return log;
    });
    const most = Math.max(...capitals);
    return most + Math.log(capitals.reduce((total, log) => total + Math.exp(log - most), 0) / STAKES.length);
}
/** Parts of the capital put against a clean observation. Small ones suit few requests a sub-bucket, large ones many. */
const STAKES = [0.03, 0.08, 0.2, 0.45, 0.8];
/** The share of events in each sub-bucket that had any trial. */
export function fractions(events, trials) {
    const found = [];
    trials.forEach((count, bucket) => {
        if (count > 0)
            found.push(Math.min(1, (events[bucket] ?? 0) / count));
    });
    return found;
}
/**
 * The evidence (nats) that `boundedEvidence` reaches with so much power (`z`, the normal quantile) from so many observations of this mean and
 * variance: the best stake's expected growth, less its spread and what the others cost. For plans.
 */
export function foreseenEvidence(observations, { mean, variance, limit, z }) {
    const capitals = STAKES.map((stake) => {
        const bet = stake / limit;
        const growth = 1 + bet * (mean - limit);
        // Second-order expansion of E log(1 + λ(x − limit)) about the mean, and its deviation.
        const spread = (bet * Math.sqrt(variance)) / growth;
        return observations * (Math.log(growth) - spread ** 2 / 2) - z * Math.sqrt(observations) * spread;
    });
    return Math.max(...capitals) - Math.log(STAKES.length);
}
//# sourceMappingURL=bounded-evidence.js.map