/** A gateway reports every 250 ms; after so long, in ms, it is silent. */
const SILENT = 2_000;
/** An empty ledger. */
export function createLedger() {
    const sources = new Map();
    const releases = new Map();
    /** Adds what a row grew by since it was last reported in this boot. */
    function grow(row, before, limits) {
        if (row.release === null)
            return;
        const sums = releases.get(row.release) ?? emptyRelease();
        releases.set(row.release, sums);
        const requests = row.requests - (before?.requests ?? 0);
        const failures = row.failures - (before?.failures ?? 0);
        const open = row.open - (before?.open ?? 0);
        const units = row.units - (before?.units ?? 0);
        const totals = row.arm === 'treatment' ? sums.treated : row.arm === 'control' ? sums.control : sums.rest;
        totals.begun += requests;
        totals.open += open;
        totals.failures += failures;
        if (row.arm === 'none' || row.level === null || row.epoch === null)
            return;
        const levels = sums.epochs.get(row.epoch) ?? new Map();
        sums.epochs.set(row.epoch, levels);
        const arms = levels.get(row.level) ?? { treatment: emptyArm(), control: emptyArm() };
        levels.set(row.level, arms);
        const arm = arms[row.arm];
        add(arm.requests, row.bucket, requests);
        add(arm.failures, row.bucket, failures);
        add(arm.open, row.bucket, open);
        add(arm.latencySum, row.bucket, row.latencySum - (before?.latencySum ?? 0));
        arm.units += units;
        if (row.arm === 'treatment') {
            sums.unitsByEpoch.set(row.epoch, (sums.unitsByEpoch.get(row.epoch) ?? 0) + units);
        }
        limits.forEach((limit, index) => {
            const slow = arm.slow.get(limit) ?? zeros();
            arm.slow.set(limit, slow);
            add(slow, row.bucket, (row.slow[index] ?? 0) - (before?.slow[index] ?? 0));
        });
    }
    /** Requests that were in flight when a gateway died are over. */
    function closeBoot(source) {
        for (const row of source.rows.values()) {
            if (row.open > 0)
                grow({ ...row, open: 0 }, row, []);
        }
        source.rows = new Map();
    }
    return {
        take(report, now) {
            let source = sources.get(report.source);
            if (source === undefined) {
                source = {
                    boot: '',
                    sequence: 0,
                    seen: now,
                    brokenSince: now,
                    gone: false,
                    limits: {},
                    rows: new Map(),
                    circuits: [],
                };
                sources.set(report.source, source);
            }
            const sameBoot = source.boot === report.boot;
            if (sameBoot && report.sequence <= source.sequence) {
                return { resend: source.brokenSince !== undefined };
            }
            const whole = report.full || (sameBoot && report.sequence === source.sequence + 1);
            if (!sameBoot)
                closeBoot(source);
            const unbroken = report.full || (whole && source.brokenSince === undefined);
            Object.assign(source, {
                boot: report.boot,
                sequence: report.sequence,
                seen: now,
                gone: false,
                limits: report.limits,
                brokenSince: unbroken ? undefined : (source.brokenSince ?? now),
                circuits: seenCircuits(report, source.circuits, now),
            });
            for (const row of report.rows) {
                const key = `${row.release}|${row.level}|${row.arm}|${row.epoch}|${row.bucket}|${row.flag}|${row.rule}|${row.variant}`;
                grow(row, source.rows.get(key), report.limits[row.release ?? ''] ?? []);
                source.rows.set(key, row);
            }
            return { resend: !unbroken };
        },
        leave(name) {
            const source = sources.get(name);
            if (source !== undefined)
                source.gone = true;
        },
        tally(release, epoch, now) {
            const sums = releases.get(release) ?? emptyRelease();
            // A gateway that routes by another flag does not name the release, and need not be heard.
            const present = [...sources].filter(([, source]) => !source.gone && source.limits[release] !== undefined);
            const limits = commonLimits(present.map(([, source]) => source.limits[release]));
            // What is older is never asked for again.
            for (const old of sums.epochs.keys())
                if (old < epoch)
                    sums.epochs.delete(old);
            const levels = [...(sums.epochs.get(epoch) ?? [])].map(([level, { treatment, control }]) => [
                level,
                { treatment: armTally(treatment, limits), control: armTally(control, limits) },
            ]);
            const { treated, control, rest } = sums;
            const compared = control.begun > 0 ? control : rest;
            return {
                limits,
                levels: Object.fromEntries(levels),
                climb: {
                    treated: {
                        begun: treated.begun,
                        open: treated.open,
                        ended: treated.begun - treated.open,
                        failures: treated.failures,
                        units: Math.max(0, ...sums.unitsByEpoch.values()),
                    },
                    control: { ended: compared.begun - compared.open, failures: compared.failures },
                    requests: treated.begun + control.begun + rest.begun,
                },
                sources: present.length,
                missing: present.flatMap(([source, { brokenSince, seen }]) => {
                    if (now - seen > SILENT)
                        return [{ source, why: 'silent', since: seen }];
                    return brokenSince === undefined ? [] : [{ source, why: 'gap', since: brokenSince }];
                }),
            };
        },
        circuits(now) {
            return [...sources.values()].flatMap(({ gone, seen, circuits }) => gone || now - seen > SILENT ? [] : circuits);
        },
        drop(release) {
            releases.delete(release);
            for (const { rows } of sources.values()) {
                for (const [key, row] of rows)
                    if (row.release === release)
                        rows.delete(key);
            }
        },
    };
}
/** The circuits of a report, each with when it was seen to open. */
function seenCircuits({ source, circuits = [] }, before, now) {
    return circuits.map((circuit) => {
        const known = before.find(({ flag, variant, upstream }) => flag === circuit.flag && variant === circuit.variant && upstream === circuit.upstream);
        const opened = circuit.state !== 'open' || known === undefined
            ? undefined
            : known.state === 'open'
                ? known.opened
                : now;
        return { ...circuit, source, ...(opened === undefined ? {} : { opened }) };
    });
}
/** Sub-buckets per arm; the protocol's `SUB_BUCKETS`. */
const SIZE = 64;
function zeros() {
    return Array.from({ length: SIZE }, () => 0);
}
function emptyArm() {
    return {
        requests: zeros(),
        open: zeros(),
        failures: zeros(),
        latencySum: zeros(),
        slow: new Map(),
        units: 0,
    };
}
function emptyRelease() {
    const none = () => ({ begun: 0, open: 0, failures: 0 });
    return { epochs: new Map(), treated: none(), control: none(), rest: none(), unitsByEpoch: new Map() };
}
function add(sums, bucket, by) {
    sums[bucket] = (sums[bucket] ?? 0) + by;
}
function armTally(arm, limits) {
    return {
        ended: arm.requests.map((requests, bucket) => Math.max(0, requests - (arm.open[bucket] ?? 0))),
        failures: [...arm.failures],
        slow: limits.map((limit) => [...(arm.slow.get(limit) ?? zeros())]),
        latencySum: [...arm.latencySum],
        units: arm.units,
    };
}
/** Limits that every gateway counts. */
function commonLimits(all) {
    const [first, ...others] = all;
    return (first ?? []).filter((limit) => others.every((limits) => limits?.includes(limit)));
}
//# sourceMappingURL=ledger.js.map