/** Why a method answers nothing instead of a number. The codes are stable; `missing` says in words what would be needed. */
export type RefusalCode = keyof typeof refusalMessages;

/** An expected failure of a statistical method: never NaN and never p = 1 in its place. */
export type Refusal = {
  readonly refused: RefusalCode;
  /** What is missing or wrong in this very input, in one sentence. */
  readonly missing: string;
};

/** A result, or the reason there is none: test `refused` to tell them apart. */
export type Judged<Result> = (Result & { readonly refused?: never; readonly missing?: never }) | Refusal;

/** Every code with the sentence that explains it in general. */
export const refusalMessages = {
  ARM_EMPTY: 'An arm has no units.',
  ARMS_MISSING: 'A comparison needs at least two arms.',
  CONTROL_MEAN_ZERO: 'A relative lift needs a control mean that differs from zero.',
  COVARIATE_CONSTANT: 'The covariate does not vary, so it can explain nothing.',
  COVARIATE_DIFFERS: 'The covariate differs between the arms, so it is not a pre-treatment covariate.',
  COVARIATES_COLLINEAR: 'The covariates are linear combinations of each other.',
  DENOMINATOR_ZERO: 'The denominator of the ratio is zero.',
  EXPECTED_TOO_SMALL: 'An expected count lies below five.',
  INPUT_INVALID: 'A number is outside its range.',
  INTERVAL_UNBOUNDED: 'The denominator is not distinguishable from zero, so the interval is unbounded.',
  NO_EVENTS: 'Nothing happened in either arm.',
  TARGET_UNREACHABLE: 'No sample size reaches the target.',
  UNITS_TOO_FEW: 'There are too few units for this method.',
  VARIANCE_ZERO: 'All values are the same, so there is nothing to test.',
  ZERO_WEIGHT_ARM_USED: 'An arm with weight zero has units.',
} as const;

/** The refusal with this code; `missing` names the numbers at hand. */
export function refuse(refused: RefusalCode, missing: string): Refusal {
  return { refused, missing };
}
