import { baselineOf, type Question, type Reading } from '@ombre/release';
import type { MetricAnswer, MetricProvider } from './metric-provider.ts';

const DAY = 86_400_000;
/** What earlier days were is asked again after so long, ms; sooner where too little of it is known. */
const HISTORY_KEPT = 600_000;
const HISTORY_AGAIN = 60_000;

/** Asks a question and what it is compared with, at one time (ms since 1970). Never throws. */
export function createReader(
  { query, against }: Question,
  provider: MetricProvider,
): (now: number, signal: AbortSignal) => Promise<Reading> {
  let history: { readonly asked: number; readonly baseline: number | undefined } | undefined;

  /** This time of the day on the days before. */
  async function baseline(days: number, now: number, signal: AbortSignal): Promise<number | undefined> {
    const kept = history?.baseline === undefined ? HISTORY_AGAIN : HISTORY_KEPT;
    if (history !== undefined && Math.abs(now - history.asked) < kept) return history.baseline;
    const times = Array.from({ length: days }, (_, day) => now - (day + 1) * DAY);
    const answers = await Promise.all(times.map((at) => provider.query(query, at, signal)));
    history = { asked: now, baseline: baselineOf(answers.map((answer) => worstOf(answer)?.value)) };
    return history.baseline;
  }

  async function compared(now: number, signal: AbortSignal): Promise<number | undefined> {
    if (against === undefined) return undefined;
    if ('days' in against) return baseline(against.days, now, signal);
    return worstOf(await provider.query(against.query, now, signal))?.value;
  }

  return async (now, signal) => {
    const [answer, other] = await Promise.all([provider.query(query, now, signal), compared(now, signal)]);
    const worst = worstOf(answer);
    if (worst === undefined)
      return { unknown: answer.result === 'unknown' ? answer.why : 'nothing was answered' };
    return other === undefined ? worst : { ...worst, against: other };
  };
}

/** The largest of an answer's series, by name where it has labels. */
function worstOf(answer: MetricAnswer): { readonly value: number; readonly series?: string } | undefined {
  if (answer.result === 'unknown') return undefined;
  const { value, labels } = answer.samples.reduce((most, one) => (one.value > most.value ? one : most));
  const series = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
  return series.length === 0 ? { value } : { value, series: `{${series.join(', ')}}` };
}
