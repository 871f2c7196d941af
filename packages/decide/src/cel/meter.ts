import { maxLength, stepBudget } from './limits.ts';
import { CelError } from './value.ts';

/** What an evaluation may still spend. Below zero every answer is void: the evaluation is an error. */
export interface Meter {
  steps: number;
}

/** The error of an evaluation that spent its budget. */
export const overBudget: CelError = new CelError('budget_exceeded', `Took more than ${stepBudget} steps`);

/** The error of a text or list that would pass `maxLength`. */
export function tooLong(): CelError {
  return new CelError('budget_exceeded', `The result would be longer than ${maxLength}`);
}
