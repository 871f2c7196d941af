/** The rules of G3 with common limits (Fabijan et al., KDD 2019, for the sample ratio). */
export const defaultRules = {
    alpha: 0.05,
    threshold: 0.008,
    multiplicity: 'holm',
    minimumUnitsPerArm: 1000,
    minimumDays: 7,
    sampleRatioLimit: 0.001,
    severalArmsLimit: 0.01,
    overlapLimit: 0.1,
    power: 0.8,
};
//# sourceMappingURL=rules.js.map