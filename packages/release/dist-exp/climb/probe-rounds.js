import { parseDuration } from '@ombre/decide/model';
import { fail } from './take-back.js';
import { change, emit } from './turn.js';
/** How many rounds in a row decide. */
function roundsNeeded({ spec }) {
    return spec.probes?.rounds ?? 3;
}
/** Asks a round when one is due. A round not answered within two periods is closed: what is missing is unknown. */
export function askProbes(turn, elapsed) {
    const { probes } = turn.spec;
    if (probes === undefined)
        return turn;
    const every = Math.max(100, parseDuration(probes.every ?? '5s') ?? 0);
    const since = turn.state.probes.since + elapsed;
    if (turn.state.probes.open.length > 0 && since >= 2 * every) {
        const { open, answers } = turn.state.probes;
        return closeRound(turn, [...answers, ...open.map(() => 'unknown')]);
    }
    if (turn.state.probes.open.length > 0 || since < every) {
        return change(turn, { probes: { ...turn.state.probes, since } });
    }
    let asking = turn;
    const open = [];
    for (const probe of probes.any) {
        const asked = emit(asking, { kind: 'probe', probe });
        asking = asked.turn;
        open.push(asked.key);
    }
    return change(asking, { probes: { ...turn.state.probes, since: 0, open, answers: [] } });
}
/** Takes the answer of a probe; the last of a round closes it. */
export function answerProbe(turn, { key, result, detail }) {
    const rounds = turn.state.probes;
    const open = rounds.open.filter((one) => one !== key);
    const answers = [...rounds.answers, result];
    const said = result === 'failed' ? (detail ?? 'a probe failed') : rounds.detail;
    const answered = change(turn, { probes: { ...rounds, open, answers, detail: said } });
    return open.length > 0 ? answered : closeRound(answered, answers);
}
function closeRound(turn, answers) {
    const rounds = turn.state.probes;
    const failed = answers.includes('failed');
    const unknown = !failed && answers.includes('unknown');
    const closed = {
        ...rounds,
        open: [],
        answers: [],
        // A round nobody could answer neither counts nor forgives.
        failed: failed ? rounds.failed + 1 : unknown ? rounds.failed : 0,
        unknown: unknown ? rounds.unknown + 1 : 0,
    };
    const counted = change(turn, { probes: closed });
    if (closed.failed < roundsNeeded(turn))
        return counted;
    const why = `${closed.failed} rounds of probes failed in a row: ${closed.detail}`;
    return fail(counted, { cause: 'probe', why, by: 'probes', evidence: [evidenceOf(counted, why)] });
}
/** True while the probes have told nothing for as many rounds as would decide. */
export function probesSilent(turn) {
    return turn.spec.probes !== undefined && turn.state.probes.unknown >= roundsNeeded(turn);
}
function evidenceOf({ spec, state, now }, sentence) {
    const every = parseDuration(spec.probes?.every ?? '5s') ?? 0;
    return {
        guard: 'probes',
        source: 'probe',
        verdict: 'bad',
        sentence,
        numbers: { rounds: state.probes.failed },
        window: { from: now - state.probes.failed * every, to: now },
        requests: state.probes.failed,
        units: 0,
        series: [],
    };
}
//# sourceMappingURL=probe-rounds.js.map