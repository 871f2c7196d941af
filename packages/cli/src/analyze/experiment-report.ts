import { formatTable } from '../table.ts';
import type { Contrast, MetricResult, SegmentResult } from './experiment.ts';
import { grouped, percent, pValue, scaleOf } from './numbers.ts';
import { axisOf, bar, intervalPlot } from './plot.ts';
import type { ExperimentResult } from './run-experiment.ts';

/** The report for people: the sentence first, then what it rests on. */
export function experimentText(result: ExperimentResult): string {
  const lines: string[] = [];
  for (const verdict of result.verdicts) {
    lines.push(verdict.sentence);
    if (verdict.ifOneLook !== undefined)
      lines.push(`  Had this been the one look planned beforehand: ${verdict.ifOneLook}.`);
    if (verdict.decision === 'release') {
      const size = scaleOf(result.metrics[0]?.kind ?? 'mean').size(verdict.threshold);
      lines.push(
        verdict.confidentlyAbove
          ? `  The whole interval lies above the ${size} that matter.`
          : `  The interval reaches below the ${size} that matter: this rule releases half of all changes whose true effect is just that.`,
      );
    }
  }
  for (const found of result.metrics[0]?.contrasts ?? []) {
    if ('refused' in found) lines.push(`${found.treatment} cannot be judged: ${found.missing}.`);
  }
  lines.push('', ...dataLines(result), '');
  for (const metric of result.metrics) lines.push(...metricLines(metric), '');
  for (const segment of result.segments) lines.push(...segmentLines(segment, result), '');
  lines.push(...attributionLines(result));
  return `${lines.join('\n').trimEnd()}\n`;
}

function dataLines({ data, quality, question }: ExperimentResult): string[] {
  const split =
    quality.split.refused !== undefined
      ? 'split not tested'
      : `split ${quality.split.mismatch ? 'BROKEN' : 'as expected'} (p = ${pValue(quality.split.p)})`;
  const units = data.arms.reduce((sum, arm) => sum + arm.units, 0);
  const dates = data.dates ? ` · ${data.dates.first.slice(0, 10)} to ${data.dates.last.slice(0, 10)}` : '';
  const arms = data.arms.map(
    ({ name, units }) => `${name} ${grouped(units)}${name === data.control ? ' (control)' : ''}`,
  );
  return [
    `DATA  ${question.file} · ${grouped(data.rows)} rows, ${grouped(units)} units${question.unit === undefined ? ' (each row is one)' : ''} · ${split}${dates}`,
    `      ${arms.join(' · ')}`,
    ...quality.vetoes.map((veto) => `  ✗ ${veto.text}`),
    ...quality.warnings.map((warning) => `  ! ${warning}`),
  ];
}

function metricLines(metric: MetricResult): string[] {
  const scale = scaleOf(metric.kind);
  const found = metric.contrasts.filter((one): one is Contrast => !('refused' in one));
  const axis = axisOf(found.map(({ estimate, alwaysValid }) => ({ estimate, ...alwaysValid })));
  const rows = found.map((one) => [
    one.treatment,
    scale.level(one.means.treatment),
    scale.signed(one.estimate),
    one.lift === undefined ? '' : `${one.lift < 0 ? '−' : '+'}${percent(Math.abs(one.lift))}`,
    intervalPlot(one.alwaysValid.low, one.estimate, one.alwaysValid.high, axis),
    `${scale.signed(one.alwaysValid.low)} to ${scale.signed(one.alwaysValid.high)}`,
    pValue(one.alwaysValid.p),
    pValue(one.oneLook.adjustedP),
  ]);
  const control = found[0] ? `, control ${scale.level(found[0].means.control)}` : '';
  const steps = new Set(found.flatMap((one) => one.trail));
  const trail = [...steps].map((step) => {
    const arms = found.filter((one) => one.trail.includes(step)).map((one) => one.treatment);
    return arms.length === found.length ? step : `${arms.join(', ')}: ${step}`;
  });
  return [
    `${metric.name} (${metric.kind}${metric.primary ? ', primary' : ''}${control})`,
    ...indent(
      formatTable(
        ['arm', 'level', 'difference', 'lift', '', 'valid at every look', 'p', 'p one look'],
        rows,
        'no comparison',
      ),
    ),
    ...trail.map((step) => `  ${step}`),
    ...metric.contrasts.flatMap((one) =>
      'refused' in one ? [`  ${one.treatment}: ${one.missing}`] : beforeAdjusting(one, metric),
    ),
  ];
}

function beforeAdjusting(one: Contrast, metric: MetricResult): string[] {
  if (one.raw.estimate === one.estimate) return [];
  const scale = scaleOf(metric.kind);
  return [
    `  ${one.treatment} before adjusting: ${scale.signed(one.raw.estimate)} (${scale.signed(one.raw.low)} to ${scale.signed(one.raw.high)} at one look)`,
  ];
}

function segmentLines(segment: SegmentResult, result: ExperimentResult): string[] {
  const scale = scaleOf(result.metrics[0]?.kind ?? 'mean');
  const axis = axisOf(segment.rows);
  const rows = segment.rows.map((row) => [
    row.level,
    percent(row.share),
    scale.signed(row.estimate),
    intervalPlot(row.low, row.estimate, row.high, axis),
    row.found ? (row.estimate < 0 ? 'fell' : 'rose') : '',
    scale.signed(row.part),
    bar(Math.abs(row.part) / segment.rows.reduce((sum, other) => sum + Math.abs(other.part), 0)),
  ]);
  const differ =
    segment.heterogeneityP === undefined ? '' : ` · levels differ: p = ${pValue(segment.heterogeneityP)}`;
  const mix =
    Math.abs(segment.mix) > 1e-9
      ? [`  and ${scale.signed(segment.mix)} because the arms hold different shares of the levels`]
      : [];
  return [
    `${segment.segment}, ${segment.treatment} against control${differ}`,
    ...indent(
      formatTable(
        [segment.segment, 'units', 'difference', '', 'found', 'part of whole', ''],
        rows,
        'no level has both arms',
      ),
    ),
    ...mix,
  ];
}

function attributionLines({ attribution, metrics, segments, cutSegments }: ExperimentResult): string[] {
  const scale = scaleOf(metrics[0]?.kind ?? 'mean');
  const lines: string[] = [];
  for (const one of attribution) {
    const own: string[] = [];
    // Shares of a spread that chance alone explains would be noise.
    const differ = segments.some(
      (segment) => segment.treatment === one.treatment && (segment.heterogeneityP ?? 1) < 0.05,
    );
    if (differ && one.heterogeneity.length > 0) {
      const parts = one.heterogeneity.map(({ name, share }) => `${name} ${percent(share)}`).join(', ');
      own.push(`  of the way its effect differs between units: ${parts} (Shapley)`);
    }
    for (const { name, value } of one.composition) {
      if (Math.abs(value) > 0.05 * Math.abs(one.lift)) {
        own.push(
          `  ${scale.signed(value)} of its ${scale.signed(one.lift)} is ${name} being mixed differently in the arms (Shapley)`,
        );
      }
    }
    for (const slice of one.slices) {
      own.push(
        `  ${slice.where.join(', ')}: ${scale.signed(slice.lift)}, ${scale.signed(slice.partOfWhole)} of the whole (found by scanning)`,
      );
    }
    if (own.length > 0) lines.push(`What explains ${one.treatment}`, ...own);
  }
  if (segments.length > 0) {
    lines.push(
      '"found" and "rose", "fell" bound false discoveries over everything compared at 5 % (e-BH), at every look.',
    );
  }
  for (const name of cutSegments)
    lines.push(`${name} has more than 20 levels; all but the commonest are (other).`);
  return lines;
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
