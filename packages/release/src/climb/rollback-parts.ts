import type { Blast, RollbackRecord } from './state.ts';

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
  const { blast, open = 0, stood } = record;
  const left = open === 0 ? '' : `${open === 1 ? '1 request is' : `${open} requests are`} still open on it`;
  const hurt = blast === undefined || stood?.length === 0 ? '' : hurtSentence(blast);
  return [`Taken back: ${record.why}`, parts.join(', '), left, hurt].filter(Boolean).join('; ');
}

/** How much more happened than control's rate explains, for people. */
function hurtSentence({ bad, expected, slow = [], treated, units }: Blast): string {
  const failed = beyond(bad, expected);
  const late = slow.flatMap(({ over, ...one }) => {
    const many = beyond(one.bad, one.expected);
    return many === 0 ? [] : [`, ${many} took over ${over} ms`];
  });
  const many = failed === 1 ? '1 response too many was bad' : `${failed} responses too many were bad`;
  return `${many}${late.join('')}, of ${treated} given to ${units} units`;
}

function beyond(bad: number, expected: number): number {
  return Math.round(Math.max(0, bad - expected));
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}
