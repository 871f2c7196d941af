/**
 * One verdict of several sources. Bad of any source wins, so an independent signal counts while another source is silent;
 * then unknown, then undecided; without any evidence health is good.
 */
export function combineHealth(evidence) {
    const order = ['bad', 'unknown', 'undecided'];
    const verdict = order.find((one) => evidence.some((guard) => guard.verdict === one)) ?? 'good';
    return { verdict, evidence };
}
/**
 * When the fault that bad evidence shows began, ms since 1970: each guard dates it by where it most likely began, and the latest counts, since that
 * guard alone would have decided. Undefined where nothing is bad.
 */
export function faultOf(evidence) {
    const bad = evidence.filter(({ verdict }) => verdict === 'bad');
    return bad.length === 0 ? undefined : Math.max(...bad.map(({ since, window }) => since ?? window.from));
}
//# sourceMappingURL=health.js.map