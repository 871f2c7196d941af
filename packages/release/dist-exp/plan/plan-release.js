import { isMeasured } from '@ombre/decide/model';
import { stepsOf } from '../climb/position.js';
import { ALPHA } from '../health/judge-health.js';
import { exposureAt, touchable } from './exposure.js';
import { planGuard } from './plan-guard.js';
import { planSentence } from './wording.js';
/**
 * What each step of a release can see at this traffic, by the tests that will be in use, before anything is released. `refused` when
 * some step can see too little within its longest hold and does not say that it goes untested.
 */
export function planRelease(spec, traffic) {
    const positions = spec.ladder.flatMap((level, index) => stepsOf(level).map((step, within) => ({ ...step, at: { level: index, step: within } })));
    const holds = positions.length + (spec.watch === undefined ? 0 : 1);
    const guards = spec.guards ?? [];
    const counted = guards.filter((guard) => !isMeasured(guard)).length;
    const alpha = ALPHA / (holds * Math.max(1, counted));
    const part = touchable(spec, traffic.heldOut ?? {});
    const steps = positions.map(({ level, share, dwell, longest, at }) => {
        const exposure = exposureAt(spec, at, traffic.matching ?? {});
        const exposed = part * exposure.treated;
        const treated = traffic.requestsPerSecond * exposed;
        const control = traffic.requestsPerSecond * part * exposure.control;
        const planned = guards.map((guard) => planGuard(guard, { treated, control, dwell, longest, alpha, traffic }));
        const active = planned.filter(({ applies, measured }) => applies && measured !== true);
        const enough = active.every(({ expected }) => expected !== undefined && expected <= longest);
        const verdict = active.length === 0 || (!enough && level.untested === true)
            ? 'not tested'
            : enough
                ? 'tested'
                : 'refused';
        const step = {
            level: level.name,
            share,
            dwell,
            longest,
            exposure: exposed,
            requestsPerSecond: treated,
            control: control > 0,
            guards: planned,
            verdict,
        };
        return { ...step, sentence: planSentence(step) };
    });
    return {
        alpha: ALPHA,
        steps,
        shortest: steps.reduce((sum, { dwell }) => sum + dwell, 0),
        longest: steps.reduce((sum, { longest }) => sum + longest, 0),
        refused: steps.some(({ verdict }) => verdict === 'refused'),
    };
}
//# sourceMappingURL=plan-release.js.map