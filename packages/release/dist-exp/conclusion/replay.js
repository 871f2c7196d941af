import { conclude } from './verdict.js';
/** Concludes again from what a verdict recorded, and says whether every bit of it came out the same. */
export function replay(record) {
    const verdict = conclude(record.evidence, record.rules);
    return { same: canonical(verdict) === canonical(record), verdict };
}
/** JSON with sorted keys (RFC 8785 for the values that occur here): the same value is always the same text. */
function canonical(value) {
    if (Array.isArray(value))
        return `[${value.map(canonical).join(',')}]`;
    if (typeof value !== 'object' || value === null)
        return JSON.stringify(value) ?? 'null';
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}
//# sourceMappingURL=replay.js.map