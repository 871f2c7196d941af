import { isMeasured, type ReleaseSpec } from '@ombre/decide/model';
import { stepAt, stepsOf } from '../climb/position.ts';
import type { Position } from '../climb/state.ts';
import { ALPHA } from '../health/judge-health.ts';
import { exposureAt, touchable } from './exposure.ts';
import type { PlannedStep, ReleasePlan, TrafficEstimate } from './plan.ts';
import { planGuard, type Setting } from './plan-guard.ts';
import { planSentence } from './wording.ts';

/**
 * What each step of a release can see at this traffic, by the tests that will be in use, before anything is released. `refused` when
 * some step can see too little within its longest hold and does not say that it goes untested.
 */
export function planRelease(spec: ReleaseSpec, traffic: TrafficEstimate): ReleasePlan {
  const positions = spec.ladder.flatMap((level, index) =>
    stepsOf(level).map((step, within) => ({ ...step, at: { level: index, step: within } })),
  );
  const holds = positions.length + (spec.watch === undefined ? 0 : 1);
  const guards = spec.guards ?? [];
  const counted = guards.filter((guard) => !isMeasured(guard)).length;
  const alpha = ALPHA / (holds * Math.max(1, counted));
  const part = touchable(spec, traffic.heldOut ?? {});
  const steps = positions.map(({ level, share, dwell, longest, at }): PlannedStep => {
    const exposure = exposureAt(spec, at, traffic.matching ?? {});
    const exposed = part * exposure.treated;
    const treated = traffic.requestsPerSecond * exposed;
    const control = traffic.requestsPerSecond * part * exposure.control;
    const trend = trendAt(spec, at, traffic, part);
    const setting = { treated, control, dwell, longest, alpha, traffic, ...(trend && { trend }) };
    const planned = guards.map((guard) => planGuard(guard, setting));
    const active = planned.filter(({ applies, measured }) => applies && measured !== true);
    const enough = active.every(({ expected }) => expected !== undefined && expected <= longest);
    const verdict =
      active.length === 0 || (!enough && level.untested === true)
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
    } as const;
    return { ...step, sentence: planSentence(step, part * exposure.control) };
  });
  return {
    alpha: ALPHA,
    steps,
    shortest: steps.reduce((sum, { dwell }) => sum + dwell, 0),
    longest: steps.reduce((sum, { longest }) => sum + longest, 0),
    refused: steps.some(({ verdict }) => verdict === 'refused'),
  };
}

/** What a step that treats all its level holds for can be compared with: the level's smaller steps, and users outside. */
function trendAt(
  spec: ReleaseSpec,
  at: Position,
  { requestsPerSecond, matching = {} }: TrafficEstimate,
  part: number,
): Setting['trend'] {
  const level = spec.ladder[at.level];
  const held = matching[level?.name ?? ''] ?? 1;
  if (level?.when === undefined || stepAt(spec, at)?.share !== 1) return undefined;
  const all = requestsPerSecond * part;
  const outside = all * (1 - held);
  const steps = stepsOf(level).slice(0, at.step);
  const sum = (of: (share: number) => number) =>
    steps.reduce((total, { share, dwell }) => total + (of(share) * dwell) / 1000, 0);
  const before = {
    level: sum((share) => all * held * Math.min(share, 1 - share)),
    outside: sum(() => outside),
  };
  return before.level > 0 && outside > 0 ? { outside, before } : undefined;
}
