/** With so many failures of `from` an open circuit of `to` is no news about `to`: the other circuit may merely have more to look back on. */
const SHARED_RATE = 0.1;
/**
 * What circuit breakers say of a release, a signal independent of its guards: bad where the circuit of `to`'s upstream opened while
 * `from`'s is closed and `from` does not fail alike; unknown, the cause being shared, where either does too; undecided while `to`'s
 * is probed. Nothing at all where both are closed, go to one upstream, or a gateway does not tell how one of them stands.
 */
export function circuitEvidence({ flag, from, to }, circuits, { errorRate, since }, now) {
    const standing = (variant) => circuits.filter((circuit) => circuit.flag === flag && circuit.variant === variant);
    const pairs = standing(to).flatMap((treated) => {
        const other = standing(from).find(({ source }) => source === treated.source);
        return other === undefined || other.upstream === treated.upstream ? [] : [{ treated, other }];
    });
    const open = pairs.filter(({ treated }) => (treated.opened ?? Number.NEGATIVE_INFINITY) >= since);
    const probed = pairs.filter(({ treated }) => treated.state === 'half-open');
    const [first] = open.length > 0 ? open : probed;
    if (first === undefined)
        return [];
    const notClosed = pairs.find(({ other }) => other.state !== 'closed');
    const failing = errorRate !== null && errorRate >= SHARED_RATE;
    const { upstream, source } = first.treated;
    const found = (verdict, sentence) => [
        {
            guard: `breaker ${upstream}`,
            source: 'breaker',
            verdict,
            sentence,
            numbers: {
                gateways: pairs.length,
                open: open.length,
                ...(errorRate === null ? {} : { control: errorRate }),
            },
            window: { from: Math.min(now, ...open.map(({ treated }) => treated.opened ?? now)), to: now },
            requests: 0,
            units: 0,
            series: [],
        },
    ];
    if (open.length === 0)
        return found('undecided', `the circuit of ${upstream} is being probed at ${source}`);
    const saw = `the circuit of ${upstream} is open at ${source}`;
    if (notClosed !== undefined) {
        const alike = `that of ${notClosed.other.upstream} is not closed either`;
        return found('unknown', `${saw}, but ${alike}: the cause is shared`);
    }
    if (failing) {
        const percent = Math.round(100 * errorRate);
        return found('unknown', `${saw}, but ${percent} % of requests to ${from} fail: the cause is shared`);
    }
    return found('bad', `${saw}, that of ${first.other.upstream} is closed`);
}
//# sourceMappingURL=circuits.js.map