import type { RollbackRecord } from './state.ts';

/** How long each part of a roll-back took, in ms; absent where an end of it is not known. */
export type RollbackParts = {
  /** From when the fault most likely began, by the evidence that decided, to the judgement that it is bad. */
  readonly detection?: number;
  /** From the judgement to the decision. */
  readonly decision?: number;
  /** From the decision until every live receiver had activated the move. */
  readonly propagation?: number;
  /** From there until no request reached the version. */
  readonly drain?: number;
  /** From there until every step around the levels was undone. */
  readonly undo?: number;
};

export function rollbackParts(record: RollbackRecord): RollbackParts {
  const { faultAt, detectedAt, decidedAt, activatedAt, drainedAt, undoneAt } = record;
  return {
    ...between('detection', faultAt, detectedAt),
    ...between('decision', detectedAt, decidedAt),
    ...between('propagation', decidedAt, activatedAt),
    ...between('drain', activatedAt, drainedAt),
    ...between('undo', drainedAt ?? activatedAt ?? decidedAt, undoneAt),
  };
}

function between(part: keyof RollbackParts, from: number | undefined, to: number | undefined): RollbackParts {
  return from === undefined || to === undefined ? {} : { [part]: Math.max(0, to - from) };
}

/** One line for people: the cause, the parts, and who was hurt. */
export function rollbackSentence(record: RollbackRecord): string {
  const parts = Object.entries(rollbackParts(record)).map(([part, ms]) => `${part} ${seconds(ms)}`);
  const { blast } = record;
  const hurt =
    blast === undefined
      ? []
      : [
          `${Math.round(Math.max(0, blast.bad - blast.expected))} responses too many were bad, of ${blast.treated} given to ${blast.units} units`,
        ];
  return [`Taken back: ${record.why}`, parts.join(', '), ...hurt].filter(Boolean).join('; ');
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}
