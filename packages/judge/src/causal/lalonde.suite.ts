import { numbersOf, oracleTable } from '../oracle/oracle.suite.ts';
import { encodeCauses, isZero, squareOf } from './encode-causes.ts';
import type { Cause, Study } from './study.ts';

/** MatchIt's excerpt: 185 trained workers and 429 from a survey, with the formula of the oracles. */
export function matchitLalonde(): Study & { readonly ids: readonly string[] } {
  const table = oracleTable('lalonde/matchit_lalonde.csv');
  const numeric = (name: string) => ({ name, values: numbersOf(table, name) });
  const race = { name: 'race', values: table.get('race') ?? [], reference: 'black' };
  const rest = ['married', 'nodegree', 're74', 're75'].map(numeric);
  return {
    treated: Uint8Array.from(numbersOf(table, 'treat')),
    outcome: numbersOf(table, 're78'),
    causes: encodeCauses([numeric('age'), numeric('educ'), race, ...rest]),
    ids: table.get('id') ?? [],
  };
}

/** Dehejia & Wahba's composite: the experiment's trained workers beside a survey's workers. */
export function dehejiaWahba(survey: 'psid' | 'cps'): {
  readonly study: Study;
  readonly linear: readonly Cause[];
} {
  const experiment = oracleTable('lalonde/nsw_dw.csv');
  const controls = oracleTable(`lalonde/${survey}_controls.csv`);
  const trained = numbersOf(experiment, 'treat');
  const column = (name: string): Cause => {
    const ours = numbersOf(experiment, name).filter((_, row) => trained[row] === 1);
    return { name, values: Float64Array.from([...ours, ...numbersOf(controls, name)]) };
  };
  const [age, education, re74, re75] = ['age', 'education', 're74', 're75'].map(column) as [
    Cause,
    Cause,
    Cause,
    Cause,
  ];
  const flags = ['married', 'nodegree', 'black', 'hispanic'].map(column);
  const linear = [age, squareOf(age), education, ...flags, re74, re75];
  const causes = [...linear, squareOf(education), isZero(re74), isZero(re75)];
  const study = { treated: Uint8Array.from(column('treat').values), outcome: column('re78').values, causes };
  return { study, linear };
}

/** A realisation of IHDP, with the true effect of every child. */
export function ihdp(realisation: number): Study & { readonly truth: Float64Array } {
  const causes = Array.from({ length: 25 }, (_, j) => `x${j + 1}`);
  const table = oracleTable(`ihdp/ihdp_npci_${realisation}.csv`, false);
  const mu0 = numbersOf(table, 'mu0');
  return {
    treated: Uint8Array.from(numbersOf(table, 'treatment')),
    outcome: numbersOf(table, 'y_factual'),
    causes: causes.map((name) => ({ name, values: numbersOf(table, name) })),
    truth: numbersOf(table, 'mu1').map((m, i) => m - (mu0[i] ?? 0)),
  };
}
