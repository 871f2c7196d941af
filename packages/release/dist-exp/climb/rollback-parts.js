export function rollbackParts(record) {
    const { faultAt, detectedAt, decidedAt, activatedAt, drainedAt, undoneAt } = record;
    return {
        ...between('detection', faultAt, detectedAt),
        ...between('decision', detectedAt, decidedAt),
        ...between('propagation', decidedAt, activatedAt),
        ...between('drain', activatedAt, drainedAt),
        ...between('undo', drainedAt ?? activatedAt ?? decidedAt, undoneAt),
    };
}
function between(part, from, to) {
    return from === undefined || to === undefined ? {} : { [part]: Math.max(0, to - from) };
}
/** One line for people: the cause, the parts, and who was hurt. */
export function rollbackSentence(record) {
    const parts = Object.entries(rollbackParts(record)).map(([part, ms]) => `${part} ${seconds(ms)}`);
    const { blast } = record;
    const hurt = blast === undefined
        ? []
        : [
            `${Math.round(Math.max(0, blast.bad - blast.expected))} responses too many were bad, of ${blast.treated} given to ${blast.units} units`,
        ];
    return [`Taken back: ${record.why}`, parts.join(', '), ...hurt].filter(Boolean).join('; ');
}
function seconds(ms) {
    return `${Number((ms / 1000).toFixed(2))} s`;
}
//# sourceMappingURL=rollback-parts.js.map