import { type ReleaseSpec } from '@ombre/decide/model';
import type { ReleasePlan, TrafficEstimate } from './plan.ts';
/**
 * What each step of a release can see at this traffic, by the tests that will be in use, before anything is released. `refused` when
 * some step can see too little within its longest hold and does not say that it goes untested.
 */
export declare function planRelease(spec: ReleaseSpec, traffic: TrafficEstimate): ReleasePlan;
