import type { Counters } from '@ombre/protocol';
import type { HandOn } from './hand-on.ts';

/** Hands a gateway's report to the process that controls its environment; undefined where there is none that takes it. */
export type HandOnCounters = (
  environment: string,
  report: Counters,
) => Promise<{ readonly resend: boolean } | undefined>;

/** A report is given so long, in ms. */
const PATIENCE = 2_000;

/**
 * Reports are cumulative and numbered within a boot: one handed on twice counts once, and one of which nobody knows whether it arrived
 * is followed by a larger one. So nothing is kept or tried again here.
 */
export function createHandOnCounters(handOn: HandOn): HandOnCounters {
  return async (environment, report) => {
    const answer = await handOn(environment, 'counters', { body: report }, PATIENCE);
    const { status = 0, body } = answer ?? {};
    if (status !== 200 || typeof body !== 'object' || body === null || !('resend' in body)) return undefined;
    return { resend: body.resend === true };
  };
}
