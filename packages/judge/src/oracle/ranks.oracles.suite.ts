import { accepted } from '../accepted.suite.ts';
import { kolmogorovSmirnov } from '../fixed/kolmogorov-smirnov.ts';
import { locationShift, mannWhitney, mannWhitneyExact } from '../fixed/mann-whitney.ts';
import { levelsOf, pairOf, tableOf, text } from './case-inputs.suite.ts';
import { numbersOf, type OracleCase, type OracleRegistry, rowsWhere } from './oracle.suite.ts';

function mannWhitneyCase(one: OracleCase): Record<string, unknown> {
  const { x, y } = pairOf(one);
  const result = mannWhitney(x, y);
  if (result.refused) return result;
  const shift = one.expected.hodges_lehmann == null ? undefined : accepted(locationShift(x, y, 0.02));
  return {
    n_x: x.length,
    n_y: y.length,
    W: result.w,
    p_continuity: result.p,
    p_no_continuity: result.pUncorrected,
    auc: result.auc,
    hodges_lehmann: shift?.estimate,
    ci98: shift && [shift.low, shift.high],
  };
}

/** Kinds of cases that comparisons of whole distributions answer. */
export const oracles: OracleRegistry = {
  mann_whitney: mannWhitneyCase,
  mann_whitney_exact: (one) => {
    const { x, y } = pairOf(one);
    const result = accepted(mannWhitneyExact(x, y));
    return { W: result.w, p_greater: result.pGreater, p_less: result.pLess, p_two_sided: result.p };
  },
  ks_two_sample: (one) => {
    const table = tableOf(one);
    const by = text(one.inputs.by);
    const [x = '', y = ''] = levelsOf(table, by);
    const of = (level: string) =>
      numbersOf(table, text(one.inputs.column), rowsWhere(table, `${by}==${level}`));
    const result = accepted(kolmogorovSmirnov(of(x), of(y)));
    return { D: result.d, p_asymptotic: result.p };
  },
};
