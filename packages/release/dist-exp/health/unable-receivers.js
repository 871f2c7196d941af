const NAMED = 3;
/**
 * What receivers say that cannot decide the released flag, such as a level's condition on an attribute nobody derives there: unknown, so
 * that the release stays where it is and people are told. To go on would leave these processes behind, and compare users who do not differ.
 */
export function unableEvidence(unable, now) {
    if (unable.length === 0)
        return [];
    const named = unable.slice(0, NAMED).map(({ receiver, detail }) => `${receiver} ${detail}`);
    const more = unable.length > NAMED ? `, and ${unable.length - NAMED} more` : '';
    return [
        {
            guard: 'receivers',
            source: 'receivers',
            verdict: 'unknown',
            sentence: `not every receiver can decide the flag: ${named.join('; ')}${more}`,
            numbers: { unable: unable.length },
            window: { from: now, to: now },
            requests: 0,
            units: 0,
            series: [],
        },
    ];
}
//# sourceMappingURL=unable-receivers.js.map