import type { CausalReport, Effect } from '@ombre/judge';
import { formatTable } from '../table.ts';
import { grouped, percent, pValue, shortNumber } from './numbers.ts';
import { axisOf, intervalPlot } from './plot.ts';
import type { ObservationalResult } from './run-observational.ts';

/** The report for people: one sentence, every method's answer beside the others, and how alike the arms could be made. */
export function observationalText(result: ObservationalResult): string {
  const { report } = result;
  if (report.refused !== undefined) {
    return `${[`No effect can be told from these data: ${report.missing}.`, '', ...dataLines(result)].join('\n')}\n`;
  }
  const lines = [
    observationalSentence(result),
    '',
    ...dataLines(result),
    '',
    ...effectLines(result, report),
    '',
  ];
  lines.push(...balanceLines(report), '');
  for (const { dimension, effects } of result.byDimension) {
    if (effects.refused !== undefined) {
      lines.push(`${dimension}: ${effects.missing}`, '');
      continue;
    }
    const axis = axisOf(effects.levels.map(withEnds));
    const rows = effects.levels.map((one) => [
      one.level,
      grouped(one.treated),
      signed(one.estimate),
      plotOf(one, axis),
      `${signed(one.interval[0])} to ${signed(one.interval[1])}`,
    ]);
    lines.push(
      `Effect on the treated by ${dimension} · levels differ: p = ${pValue(effects.heterogeneity.p)}`,
    );
    lines.push(...indent(formatTable([dimension, 'treated', 'effect', '', '95 %'], rows)));
    if (effects.leftOut.length > 0) lines.push(`  left out, too few units: ${effects.leftOut.join(', ')}`);
    lines.push('');
  }
  lines.push(...placeboLines(result));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The one sentence. */
export function observationalSentence({ report, outcome, treatment }: ObservationalResult): string {
  if (report.refused !== undefined) return `No effect can be told from these data: ${report.missing}.`;
  const { estimate, interval, p } = report.main;
  const [low, high] = interval;
  const span = `(95 % interval ${signed(low)} to ${signed(high)})`;
  const certain = low > 0 || high < 0;
  const main = certain
    ? `For the ${grouped(report.units.treated)} treated, ${treatment} changed ${outcome} by ${signed(estimate)} ${span}, if the named causes are all there were`
    : `For the ${grouped(report.units.treated)} treated, ${outcome} differs by ${signed(estimate)} because of ${treatment}, which chance alone explains ${span}, p = ${pValue(p)}`;
  const spread = `the methods range from ${signed(report.spread[0])} to ${signed(report.spread[1])}`;
  return report.agree
    ? `${main}; ${spread}.`
    : `${main}; but the methods disagree, ${spread}, beyond that interval: do not rest a decision on one of them.`;
}

function dataLines({ file, rows, leftOut, report, causes }: ObservationalResult): string[] {
  const missing = Object.entries(leftOut.byColumn)
    .map(([name, n]) => `${name} ${grouped(n)}`)
    .join(', ');
  const lines = [
    `DATA  ${file} · ${grouped(rows)} rows · not randomised · causes: ${causes.join(', ') || 'none, propensities were assigned'}`,
  ];
  if (leftOut.rows > 0)
    lines.push(`  ! ${grouped(leftOut.rows)} rows with a missing value are left out (${missing})`);
  if (report.refused !== undefined) return lines;
  const { overlap, units } = report;
  lines.push(
    `      ${grouped(units.treated)} treated, ${grouped(units.control)} controls worth ${grouped(overlap.effectiveSize)} after weighting · concordance ${overlap.concordance.toFixed(3)} · ${percent(overlap.withoutCounterpart)} of the treated without counterpart`,
    ...overlap.warnings.map((warning) => `  ! ${warning}`),
  );
  return lines;
}

function effectLines(result: ObservationalResult, report: CausalReport): string[] {
  const learned =
    result.learned === undefined ? [] : [{ label: 'doubly robust, learned by arm', effect: result.learned }];
  const all = [...report.effects, ...learned];
  const axis = axisOf(all.flatMap(({ effect }) => (effect.refused !== undefined ? [] : [withEnds(effect)])));
  const rows = all.map(({ label, effect }) =>
    effect.refused !== undefined
      ? [label, '', '', effect.missing]
      : [
          label,
          signed(effect.estimate),
          plotOf(effect, axis),
          `${signed(effect.interval[0])} to ${signed(effect.interval[1])}`,
          pValue(effect.p),
        ],
  );
  return [
    `${result.outcome}: effect of ${result.treatment} on the treated`,
    ...indent(formatTable(['method', 'effect', '', '95 %', 'p'], rows)),
  ];
}

function balanceLines({ balance }: CausalReport): string[] {
  const rows = balance.map((row) => [
    row.name,
    shortNumber(row.treated),
    shortNumber(row.controlBefore),
    shortNumber(row.controlAfter),
    row.before.toFixed(2),
    row.after.toFixed(2),
    Math.abs(row.after) > 0.1 ? '!' : '',
  ]);
  return [
    'Balance of the causes (differences in standard deviations; above 0.1 is marked)',
    ...indent(formatTable(['cause', 'treated', 'controls', 'weighted', 'before', 'after', ''], rows)),
  ];
}

function placeboLines({ placeboOutcomes, placeboTreatment }: ObservationalResult): string[] {
  const lines = placeboOutcomes.map(({ cause, effect }) =>
    effect.refused !== undefined
      ? `Placebo outcome ${cause}: ${effect.missing}.`
      : `Placebo outcome ${cause}: ${signed(effect.estimate)} (${signed(effect.interval[0])} to ${signed(effect.interval[1])}): ${effect.p < 0.05 ? 'NOT 0, so something is left unadjusted' : 'no effect, as it should be'}.`,
  );
  if (placeboTreatment !== undefined && placeboTreatment.refused === undefined) {
    const { rounds, falseAlarms, mean } = placeboTreatment;
    lines.push(
      `Placebo treatments drawn among controls ${rounds} times: mean effect ${signed(mean)}, false alarms ${percent(falseAlarms)} (5 % expected).`,
    );
  }
  return lines;
}

function withEnds(effect: Effect): { estimate: number; low: number; high: number } {
  return { estimate: effect.estimate, low: effect.interval[0], high: effect.interval[1] };
}

function plotOf(effect: Effect, axis: readonly [number, number]): string {
  return intervalPlot(effect.interval[0], effect.estimate, effect.interval[1], axis, 31);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${shortNumber(Math.abs(value))}`;
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
