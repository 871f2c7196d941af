import type { PlannedStep } from './plan.ts';
/** What a step can and cannot see, in one sentence. */
export declare function planSentence(step: Omit<PlannedStep, 'sentence'>): string;
