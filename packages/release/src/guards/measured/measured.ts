import type { MeasuredGuard } from '@ombre/decide/model';
import type { GuardEvidence, HealthVerdict } from '../../health/health.ts';
import { measuredName, type Question, questionOf } from './question.ts';

/** What a metrics source answered to a guard's question: the worst of its series, and what it is compared with. */
export type Reading =
  | { readonly value: number; readonly series?: string; readonly against?: number }
  | { readonly unknown: string };

/** What a measured guard remembers. Plain JSON. */
export type MeasuredState = {
  /** When it began to ask, and the last known answer with its limit; times in ms since 1970. */
  readonly since: number;
  readonly last?: {
    readonly at: number;
    readonly value: number;
    readonly limit: number;
    readonly series?: string;
  };
  /** Known answers over the limit in a row, and when the first of them came. */
  readonly over: number;
  readonly overSince?: number;
  /** Why nothing is known, since when. */
  readonly silent?: { readonly why: string; readonly since: number };
};

/** Before the first answer. */
export function startMeasured(now: number): MeasuredState {
  return { since: now, over: 0 };
}

/**
 * Takes an answer. One over the limit counts towards a row, one that is not ends it; an unknown one does neither, except that
 * a row does not outlive the time after which an answer is too old to count.
 */
export function readMeasured(
  guard: MeasuredGuard,
  state: MeasuredState,
  reading: Reading,
  now: number,
): MeasuredState {
  const question = questionOf(guard);
  if ('unknown' in reading || !Number.isFinite(reading.value)) {
    const why = 'unknown' in reading ? reading.unknown : 'the answer is no number';
    const since = state.silent?.since ?? now;
    return { ...state, silent: { why, since } };
  }
  const limit = limitOf(question, reading.against);
  if (limit === undefined) {
    return readMeasured(
      guard,
      state,
      { unknown: isHistory(question) ? TOO_FEW_DAYS : NOTHING_TO_COMPARE },
      now,
    );
  }
  const { value, series } = reading;
  // So many times nothing is nothing: one failure more than none in a week would be bad, and so would a query that says 0 for no data.
  if (isHistory(question) && limit === 0 && value > 0) {
    return readMeasured(
      guard,
      state,
      {
        unknown: `${rounded(value)} now, but 0 at this time of earlier days, so nothing can be compared: give the guard a floor`,
      },
      now,
    );
  }
  const last = { at: now, value, limit, ...(series === undefined ? {} : { series }) };
  if (value <= limit) return { since: state.since, last, over: 0 };
  const row = isOld(question, state, now) ? 0 : state.over;
  const overSince = row === 0 ? now : (state.overSince ?? now);
  return { since: state.since, last, over: row + 1, overSince };
}

const NOTHING_TO_COMPARE = 'what it is compared with is not known';
const TOO_FEW_DAYS = 'what it was at this time is known of fewer than three of the days before';

function isHistory({ against }: Question): boolean {
  return against !== undefined && 'days' in against;
}

/** The limit in force; undefined where there is nothing to compare with. */
function limitOf(
  { limit, against: compared, floor }: Question,
  against: number | undefined,
): number | undefined {
  if (compared === undefined) return limit;
  if (against === undefined || !Number.isFinite(against) || against < 0) return undefined;
  return Math.max(floor, limit * against);
}

/** An answer counts for three times as long as it takes to ask again. */
function isOld({ every }: Question, { last }: MeasuredState, now: number): boolean {
  return last === undefined || now - last.at > 3 * every;
}

/** What the guard says now: bad after enough answers in a row over the limit, good on one that is not, unknown while none is recent. */
export function measuredEvidence(guard: MeasuredGuard, state: MeasuredState, now: number): GuardEvidence {
  const question = questionOf(guard);
  const { last, over, silent, since } = state;
  const fresh = !isOld(question, state, now);
  const bad = fresh && over >= question.rounds;
  const from = bad ? (state.overSince ?? since) : fresh || last === undefined ? since : last.at;
  return {
    guard: measuredName(guard),
    source: question.source,
    ...verdictOf(question, state, { fresh, bad, now }),
    numbers:
      last === undefined
        ? { rounds: question.rounds }
        : { value: last.value, limit: last.limit, over, rounds: question.rounds },
    window: { from: silent === undefined || bad ? from : Math.min(from, silent.since), to: now },
    requests: 0,
    units: 0,
    series: last === undefined ? [] : [{ at: last.at, events: last.value, trials: 1 }],
  };
}

function verdictOf(
  question: Question,
  { last, over, silent, since }: MeasuredState,
  { fresh, bad, now }: { readonly fresh: boolean; readonly bad: boolean; readonly now: number },
): { readonly verdict: HealthVerdict; readonly sentence: string } {
  if (last === undefined || !fresh) {
    // The first answer may take as long as any.
    if (last === undefined && silent === undefined && now - since <= 3 * question.every) {
      return { verdict: 'undecided', sentence: 'not answered yet' };
    }
    const lasts = Math.round((now - (last?.at ?? since)) / 1000);
    return {
      verdict: 'unknown',
      sentence: `nothing known from the metrics for ${lasts} s: ${silent?.why ?? 'nothing was answered'}`,
    };
  }
  const where = last.series === undefined ? '' : ` at ${last.series}`;
  const saw = `${rounded(last.value)}${where}`;
  const limit = `${rounded(last.limit)}${comparedWith(question)}`;
  if (bad) return { verdict: 'bad', sentence: `${saw}, over ${limit} for ${over} answers in a row` };
  if (over > 0) {
    const sentence = `${saw}, over ${limit}: ${over} of ${question.rounds} answers in a row`;
    return { verdict: 'undecided', sentence };
  }
  return { verdict: 'good', sentence: `${saw}, not over ${limit}` };
}

/** What the limit was made of, in words. */
function comparedWith({ against, limit, floor }: Question): string {
  if (against === undefined) return '';
  const what =
    'days' in against
      ? `what it was at this time of the last ${against.days} days`
      : 'what it is compared with';
  return ` (${rounded(limit)} times ${what}${floor > 0 ? `, ${rounded(floor)} at least` : ''})`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
