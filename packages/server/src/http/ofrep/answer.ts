import type { Outcome } from '@ombre/decide';
import { evaluationStatus, toEvaluation } from '@ombre/protocol';
import type { OutcomeCount, OutcomeCounts } from '../../metrics/outcome-counts.ts';

/** The JSON of an outcome, written once: outcomes are frozen and shared by all who get them. */
export interface Answer {
  readonly status: 200 | 400 | 404;
  /** A whole item of a bulk answer. It names no revision: clients compare items to find what changed. */
  readonly item: string;
  /** A single answer up to its revision; the number and two braces end it. */
  readonly untilRevision: string;
  readonly count: OutcomeCount;
}

/** Answers of one environment. */
export interface Answers {
  of(outcome: Outcome): Answer;
}

export function createAnswers(counts: OutcomeCounts): Answers {
  const answers = new WeakMap<Outcome, Answer>();
  return {
    of(outcome) {
      const known = answers.get(outcome);
      if (known !== undefined) return known;
      const made = write(outcome, counts.of(outcome));
      answers.set(outcome, made);
      return made;
    },
  };
}

function write(outcome: Outcome, count: OutcomeCount): Answer {
  const evaluation = toEvaluation(outcome);
  const { metadata, ...rest } = evaluation;
  const { revision: _, ...facts } = metadata;
  // `metadata` is written last, so that the single answer can go on after its facts.
  const item = JSON.stringify({ key: outcome.flag, ...rest, metadata: facts });
  const untilRevision = `${item.slice(0, -2)}${Object.keys(facts).length === 0 ? '' : ','}"revision":`;
  return { status: evaluationStatus(evaluation), item, untilRevision, count };
}
