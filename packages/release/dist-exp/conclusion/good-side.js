/** The estimate and both ends of its interval, turned so that more is better. */
export function goodSide({ estimate, low, high }, better) {
    return better === 'higher'
        ? { gain: estimate, worst: low, best: high }
        : { gain: -estimate, worst: -high, best: -low };
}
//# sourceMappingURL=good-side.js.map