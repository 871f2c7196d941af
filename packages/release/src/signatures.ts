import type { ReleaseSpec } from '@ombre/decide/model';
import type { ReleasePlan, TrafficEstimate } from './plan/plan.ts';

/** `planRelease`: what each step can see at this traffic. */
export type PlanRelease = (spec: ReleaseSpec, traffic: TrafficEstimate) => ReleasePlan;
