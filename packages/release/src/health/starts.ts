import { spentBy } from './spending.ts';

/**
 * Where windows begin, and what each may cost. A moment is a start of rank r when it is the first look after a multiple of
 * 2^r quarters of a second, like the marks of a ruler; it is kept for a few times that long. So windows of all lengths that
 * end now exist, few of them, and which ones does not depend on what was seen.
 */
export type Start = {
  /** Milliseconds of this step that had passed. */
  readonly after: number;
  readonly rank: number;
  /** Share of the step's budget that windows from here may spend, fixed when it is made. */
  readonly budget: number;
};

/** The shortest spacing, ms. */
const MARK = 250;
const RANKS = 22;
/** A start is kept until it is so many of its spacings old. */
const KEPT = 3;
/** Budget of the starts at which evidence begins or begins anew, and how the others' shrinks from rank to rank. */
const FIRST = 0.2;
const SHRINKS = 0.75;

/** The start where a step's evidence begins, or begins anew for the nth time. */
export function firstStart(after: number, again: number): Start {
  return { after, rank: RANKS, budget: FIRST * 2 ** -(again + 1) };
}

/** The start at `after`, the look before it having been at `before`, in a step planned to be held so long (all in ms). */
export function startAt(after: number, before: number, planned: number): Start {
  let rank = 0;
  let budget = 0;
  for (let r = 0; r < RANKS; r++) {
    const spacing = MARK * 2 ** r;
    const from = Math.floor(before / spacing);
    const to = Math.floor(after / spacing);
    if (to === from) break;
    rank = r;
    const spent = spentBy(to * spacing, planned) - spentBy(from * spacing, planned);
    budget += (1 - FIRST) * (1 - SHRINKS) * SHRINKS ** r * spent;
  }
  return { after, rank, budget };
}

/** Whether a start is still looked from at `now` (ms of this step). */
export function isKept({ after, rank }: Start, now: number): boolean {
  return rank === RANKS || now - after <= KEPT * MARK * 2 ** rank;
}
