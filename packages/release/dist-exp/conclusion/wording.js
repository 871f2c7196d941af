/** A difference with its sign: `+0.77 points`, `−1.2`. */
export function signed(value, scale) {
    const sign = value < 0 ? '−' : '+';
    return `${sign}${size(Math.abs(value), scale)}`;
}
/** A difference without sign: shares in percentage points. */
export function size(value, scale) {
    return scale === 'share' ? `${digits(100 * value)} points` : digits(value);
}
/** A share as a percentage. */
export function percent(share) {
    return `${digits(100 * share)} %`;
}
/** A p-value as people write it. */
export function probability(p) {
    return p < 0.0001 ? p.toExponential(1) : p.toFixed(4);
}
/** A number of units, in groups of three digits. */
export function counted(value) {
    return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
/** Three significant digits, without exponents for everyday sizes. */
function digits(value) {
    const rounded = Number(value.toPrecision(3));
    return Math.abs(rounded) >= 1e6 || (rounded !== 0 && Math.abs(rounded) < 1e-4)
        ? rounded.toExponential()
        : String(rounded);
}
//# sourceMappingURL=wording.js.map