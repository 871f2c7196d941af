import type { Judged } from './refusal.ts';

/** The result of a method that is not expected to refuse. */
export function accepted<Result>(judged: Judged<Result>): Result {
  const { refused, missing } = judged as { readonly refused?: string; readonly missing?: string };
  if (refused !== undefined) throw new Error(`${refused}: ${missing}`);
  return judged as Result;
}
