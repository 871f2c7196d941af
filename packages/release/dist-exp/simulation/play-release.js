import { startRelease } from '../climb/state.js';
import { faultOf } from '../health/health.js';
import { judgeHealth } from '../health/judge-health.js';
import { gatherCrowd } from './crowd.js';
const LIMIT_MS = 1200;
const START_MS = 1_700_000_000_000;
/** Plays one release with the traffic of one seed. */
export function playRelease(play, seed) {
    const crowd = gatherCrowd(play.crowd, seed);
    const spec = {
        flag: 'f',
        from: 'old',
        to: 'new',
        guards: play.guards,
        ladder: play.shares.map((share, i) => ({ name: `l${i}`, share, dwell: `${play.hold}s` })),
    };
    let found;
    let naive;
    let unknown = 0;
    const verdicts = [];
    const step = 1 / (play.looks ?? 1);
    let looks = 0;
    let state;
    for (let level = 0; level < play.shares.length && found === undefined; level++) {
        const count = startCounting(play.shares[level] ?? 0, crowd.people);
        const progress = holding(spec, level);
        state = judgeHealth(spec, progress, count.tally(`l${level}`), state, START_MS + 1000 * step * looks).state;
        let last = '';
        for (let held = 0; held < play.hold / step && found === undefined; held++) {
            const harmed = level === play.shares.length - 1 && held * step >= play.harm.from ? play.harm.rate : 0;
            crowd.pass(step, (who, failed, slow) => count.request(who, failed, slow, harmed));
            looks += 1;
            const second = looks * step;
            const judged = judgeHealth(spec, progress, count.tally(`l${level}`), state, START_MS + 1000 * second);
            state = judged.state;
            last = judged.health.verdict;
            if (last === 'unknown')
                unknown += step;
            if (last === 'bad') {
                const bad = judged.health.evidence.filter(({ verdict }) => verdict === 'bad');
                const began = ((faultOf(bad) ?? START_MS) - START_MS) / 1000;
                found = { guards: second, guard: bad[0]?.guard ?? '', began };
            }
            if (naive === undefined && count.naiveZ() > NAIVE_BOUND)
                naive = second;
        }
        verdicts.push(last);
    }
    return { ...found, ...(naive === undefined ? {} : { naive }), unknown, verdicts };
}
/** The two-sided 1 % bound of a normal. */
const NAIVE_BOUND = 2.5758;
function holding(spec, level) {
    const shares = spec.ladder.slice(0, level + 1).map(({ share }) => share);
    const placement = { reached: level + 1, shares, epoch: level + 1 };
    return { ...startRelease(placement), phase: 'dwelling', at: { level, step: 0 }, evidenceFrom: START_MS };
}
/** Counts as a gateway does: positions below the share are treated, as many above it are control. */
function startCounting(share, people) {
    const empty = () => ({
        ended: zeros(),
        failures: zeros(),
        slow: [zeros()],
        latencySum: zeros(),
        units: 0,
    });
    const arms = { treatment: empty(), control: empty() };
    const sums = { treatment: { n: 0, bad: 0 }, control: { n: 0, bad: 0 } };
    const seen = new Uint8Array(people.length);
    return {
        request(who, failed, slow, harm) {
            const person = people[who];
            if (person === undefined || person.position >= 2 * share)
                return;
            const name = person.position < share ? 'treatment' : 'control';
            const arm = arms[name];
            const bad = failed(name === 'treatment' ? harm : 0) ? 1 : 0;
            arm.ended[person.bucket] = (arm.ended[person.bucket] ?? 0) + 1;
            arm.failures[person.bucket] = (arm.failures[person.bucket] ?? 0) + bad;
            const [over] = arm.slow;
            if (over !== undefined && slow)
                over[person.bucket] = (over[person.bucket] ?? 0) + 1;
            arm.units += 1 - (seen[who] ?? 0);
            seen[who] = 1;
            sums[name].n += 1;
            sums[name].bad += bad;
        },
        tally(level) {
            const { treatment, control } = sums;
            return {
                limits: [LIMIT_MS],
                levels: { [level]: { treatment: copy(arms.treatment), control: copy(arms.control) } },
                climb: {
                    treated: { begun: treatment.n, open: 0, ended: treatment.n, failures: treatment.bad, units: 0 },
                    control: { ended: control.n, failures: control.bad },
                    requests: treatment.n + control.n,
                },
                sources: 1,
                missing: [],
            };
        },
        naiveZ() {
            const { treatment, control } = sums;
            if (Math.min(treatment.n, control.n) < 100)
                return 0;
            const rate = (treatment.bad + control.bad) / (treatment.n + control.n);
            const error = Math.sqrt(rate * (1 - rate) * (1 / treatment.n + 1 / control.n));
            return error > 0 ? Math.abs(treatment.bad / treatment.n - control.bad / control.n) / error : 0;
        },
    };
}
function zeros() {
    return Array.from({ length: 64 }, () => 0);
}
function copy(arm) {
    return {
        ...arm,
        ended: [...arm.ended],
        failures: [...arm.failures],
        slow: arm.slow.map((one) => [...one]),
    };
}
//# sourceMappingURL=play-release.js.map