import type { PlannedStep } from './plan.ts';

/** What a step can and cannot see, in one sentence; `control` is the share of all traffic that stays as its control. */
export function planSentence(step: Omit<PlannedStep, 'sentence'>, control: number): string {
  const beside = control > 0 ? `, beside ${percent(control)} as control` : '';
  const where = `${step.level} at ${percent(step.share)} (${percent(step.exposure)} of traffic, ${rounded(step.requestsPerSecond)} requests/s${beside})`;
  const active = step.guards.filter(({ applies, measured }) => applies && measured !== true);
  const elsewhere = step.guards.filter(({ measured }) => measured);
  const idle = step.guards.filter(({ applies }) => !applies);
  const without =
    idle.length === 0
      ? ''
      : `; no control, so ${idle.map(({ guard }) => guard).join(', ')} says nothing here`;
  if (active.length === 0) {
    const only = `: only what is measured elsewhere (${elsewhere.map(({ guard }) => guard).join(', ')}) is watched`;
    const why = elsewhere.length > 0 ? only : ': no guards';
    return `${where}: not tested${without || why}`;
  }
  const slowest = active.reduce((worst, guard) => (timeOf(guard) > timeOf(worst) ? guard : worst));
  const expected = slowest.expected;
  const fixed =
    slowest.fixedTest === undefined ? '' : ` (one look by a fixed test: ${time(slowest.fixedTest)})`;
  const when =
    expected === undefined
      ? `${slowest.guard} cannot be told from health at this traffic`
      : `${slowest.guard} is decided after about ${time(expected)}${fixed}`;
  if (step.verdict === 'tested') return `${where}: ${when}, held ${time(step.dwell)} or longer${without}`;
  const limit = `longer than the longest hold of ${time(step.longest)}`;
  const why = expected === undefined ? when : `${when}, ${limit}`;
  return step.verdict === 'not tested'
    ? `${where}: not tested, by choice: ${why}${without}`
    : `${where}: refused: ${why}; hold it longer (longest), widen the share, or say untested: true${without}`;
}

function timeOf({ expected }: { readonly expected?: number }): number {
  return expected ?? Number.POSITIVE_INFINITY;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A length of time in the largest unit that fits. */
function time(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] = units.find(([, size]) => ms >= 2 * size) ?? ['s', 1_000];
  return `${Number((ms / size).toPrecision(2))} ${unit}`;
}
