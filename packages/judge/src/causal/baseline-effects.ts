import { withIntercept } from './design.ts';
import { type Effect, effect } from './effect.ts';
import { coefficientIndex, fitLinear } from './linear-model.ts';
import { armsOf, type CausalRefusal, checkStudy, refuse, type Study } from './study.ts';

/** The difference of means with Welch's error: what confounding makes of the effect when nothing is done about it. */
export function unadjustedEffect(study: Study): Effect | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const arms = armsOf(study.treated);
  const [t, c] = [moments(study.outcome, arms.treated), moments(study.outcome, arms.control)];
  const [vt, vc] = [t.variance / arms.treated.length, c.variance / arms.control.length];
  const variance = vt + vc;
  const effective = { treated: arms.treated.length, control: arms.control.length };
  const df = variance ** 2 / (vt ** 2 / (arms.treated.length - 1) + vc ** 2 / (arms.control.length - 1));
  return effect('unadjusted', 'ATT', t.mean - c.mean, Math.sqrt(variance), effective, df);
}

/** The coefficient of treatment in a regression on the causes, HC1 error: a line where the truth may bend. */
export function regressionEffect(study: Study): Effect | CausalRefusal {
  const bad = checkStudy(study);
  if (bad) return bad;
  const n = study.treated.length;
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const treatment = { name: '(treatment)', values: Float64Array.from(study.treated) };
  const model = fitLinear([treatment, ...study.causes], study.outcome, rows);
  const at = coefficientIndex(model, treatment.name);
  const columns = withIntercept(model.design);
  if (columns.length >= n)
    return refuse('TOO_MANY_CAUSES', `${columns.length} coefficients cannot be estimated from ${n} units`);
  const direction = model.inverse.getRow(at);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const along = columns.reduce((total, column, j) => total + (column[i] ?? 0) * (direction[j] ?? 0), 0);
    sum += (along * ((study.outcome[i] ?? 0) - (model.fitted[i] ?? 0))) ** 2;
  }
  const scale = model.design.kept[at - 1]?.scale ?? 1;
  const standardError = Math.sqrt((sum * n) / (n - columns.length)) / scale;
  const treated = study.treated.reduce((total, t) => total + t, 0);
  return effect('regression', 'ATE', (model.beta[at] ?? 0) / scale, standardError, {
    treated,
    control: n - treated,
  });
}

function moments(values: Float64Array, rows: Int32Array): { mean: number; variance: number } {
  const mean = rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length;
  const variance = rows.reduce((sum, row) => sum + ((values[row] ?? 0) - mean) ** 2, 0) / (rows.length - 1);
  return { mean, variance };
}
