/** A common cause of treatment and outcome: one number a unit. */
export interface Cause {
  readonly name: string;
  readonly values: Float64Array;
}

/** Units nobody randomised: who was treated, what came of it, and what caused both. All columns have one length. */
export interface Study {
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly causes: readonly Cause[];
}

/** Why a causal question was not answered: the code is stable, `missing` says it in words, `subject` names the column or arm it is about. */
export interface CausalRefusal {
  readonly refused: CausalRefusalCode;
  readonly missing: string;
  readonly subject?: string;
}

export type CausalRefusalCode =
  | 'LENGTHS_DIFFER'
  | 'NOT_FINITE'
  | 'BAD_TREATMENT'
  | 'ARM_TOO_SMALL'
  | 'NO_CAUSES'
  | 'TOO_MANY_CAUSES'
  | 'SEPARATED'
  | 'NO_OVERLAP'
  | 'NO_MATCH'
  | 'EMPTY_STRATUM'
  | 'NO_VARIANCE'
  | 'BAD_PROPENSITY';

/** Builds a refusal. */
export function refuse(code: CausalRefusalCode, missing: string, subject?: string): CausalRefusal {
  return { refused: code, missing, ...(subject === undefined ? {} : { subject }) };
}

/** The rows of each arm, in file order. */
export interface Arms {
  readonly treated: Int32Array;
  readonly control: Int32Array;
}

/** Row numbers by arm. */
export function armsOf(treated: Uint8Array): Arms {
  const rows = Int32Array.from({ length: treated.length }, (_, row) => row);
  return {
    treated: rows.filter((row) => treated[row] === 1),
    control: rows.filter((row) => treated[row] !== 1),
  };
}

/** Refuses columns of different length or with what is no number, an arm of fewer than two units, a constant outcome. */
export function checkStudy(study: Study): CausalRefusal | undefined {
  const n = study.treated.length;
  const columns: [string, Float64Array][] = [['the outcome', study.outcome]];
  for (const cause of study.causes) columns.push([cause.name, cause.values]);
  for (const [name, values] of columns) {
    if (values.length !== n)
      return refuse('LENGTHS_DIFFER', `${name} has ${values.length} values for ${n} units`, name);
    const row = values.findIndex((x) => !Number.isFinite(x));
    if (row >= 0)
      return refuse(
        'NOT_FINITE',
        `${name} is ${values[row]} for unit ${row + 1}: drop it or fill it in`,
        name,
      );
  }
  if (study.treated.some((t) => t > 1))
    return refuse('BAD_TREATMENT', 'treatment must be 0 or 1 for every unit');
  const arms = armsOf(study.treated);
  for (const [name, rows] of [['treated', arms.treated] as const, ['control', arms.control] as const]) {
    if (rows.length < 2)
      return refuse('ARM_TOO_SMALL', `only ${rows.length} ${name} units: at least 2 are needed`, name);
  }
  const constant = (rows: Int32Array) =>
    rows.every((row) => study.outcome[row] === study.outcome[rows[0] ?? 0]);
  if (constant(arms.treated) && constant(arms.control)) {
    return refuse(
      'NO_VARIANCE',
      'the outcome never varies within an arm, so there is no error to compare with',
    );
  }
  return undefined;
}
