import type { Run } from './run-scenario.ts';
import type { Band, Expectation } from './suite.ts';
import type { Sample } from './traffic.ts';

/** One thing that was expected, and what came. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly found: string;
}

/** What users met, by version or operation. */
export interface Experience {
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds; null without requests. */
  readonly p99: number | null;
}

/** One operation on the new version beside the old one at the same time. */
export interface OperationGrowth {
  readonly operation: string;
  readonly from: Experience;
  readonly to: Experience;
  /** Part of requests that failed or took longer than the old version's p99, beyond the old version's own. */
  readonly worse: number;
}

/** Compares a run with what was expected of it. Pure. */
export function checkRun(expect: Expectation, run: Run): readonly Check[] {
  const { view, samples, faultBegan, over } = run;
  const checks: Check[] = [];
  const check = (name: string, ok: boolean, expected: string, found: string): void =>
    void checks.push({ name, ok, expected, found });

  check(
    'outcome',
    over && view.phase === expect.outcome,
    expect.outcome,
    over ? view.phase : `still ${view.phase} after ${seconds(expect.within)}`,
  );
  const { rollback } = view;
  if (expect.by !== undefined) {
    const bad = (rollback?.evidence ?? [])
      .filter(({ verdict }) => verdict === 'bad')
      .map(({ guard }) => guard);
    check(
      'caught by',
      bad.some((guard) => guard.startsWith(expect.by ?? '')),
      expect.by,
      bad.join(', ') || 'nothing',
    );
  }
  const toWall = Date.now() - performance.now();
  const fault = faultBegan === undefined ? undefined : faultBegan + toWall;
  if (expect.caughtWithin !== undefined) within('caught', fault, rollback?.detectedAt, expect.caughtWithin);
  if (expect.backWithin !== undefined) {
    const last = samples
      .filter(({ variant }) => variant === view.to)
      .reduce((latest, { began }) => Math.max(latest, began), 0);
    within(
      'last request on the new version',
      fault,
      over && last > 0 ? last + toWall : undefined,
      expect.backWithin,
    );
  }
  if (expect.hurt !== undefined) {
    const part = hurtOf(run);
    check('hurt', part <= expect.hurt, `at most ${percent(expect.hurt)} of all requests`, percent(part));
  }
  for (const band of expect.p99) {
    const { p99 } = experienceOf(samplesOf(band, run));
    check(
      `p99 of ${whose(band)}`,
      p99 !== null && isWithin(band, p99),
      inWords(band, seconds),
      p99 === null ? 'no requests' : seconds(p99),
    );
  }
  for (const band of expect.failed) {
    const { requests, failed } = experienceOf(samplesOf(band, run));
    check(
      `failed of ${whose(band)}`,
      requests > 0 && isWithin(band, failed / requests),
      inWords(band, percent),
      requests === 0 ? 'no requests' : `${percent(failed / requests)} (${failed} of ${requests})`,
    );
  }
  if (expect.operation !== undefined) {
    const [first] = growthOf(run);
    check(
      'operation that got worse',
      first?.operation === expect.operation && first.worse > 0,
      expect.operation,
      first === undefined ? 'none' : `${first.operation} (${percent(first.worse)} of its requests)`,
    );
  }
  return checks;

  function within(name: string, from: number | undefined, to: number | undefined, limit: number): void {
    const took = from === undefined || to === undefined ? undefined : Math.max(0, to - from);
    check(
      name,
      took !== undefined && took <= limit,
      `within ${seconds(limit)} of the fault`,
      took === undefined ? 'never' : `after ${seconds(took)}`,
    );
  }
}

/** Bad answers of the new version beyond what the old one's rate explains, as a part of all requests since the climb began. */
export function hurtOf({ samples, view }: Run): number {
  const to = experienceOf(samples.filter(({ variant }) => variant === view.to));
  const from = experienceOf(samples.filter(({ variant }) => variant === view.from));
  const expected = from.requests === 0 ? 0 : (from.failed / from.requests) * to.requests;
  return samples.length === 0 ? 0 : Math.max(0, to.failed - expected) / samples.length;
}

/** Operations by how much worse they were on the new version, the worst first. */
export function growthOf({ samples, view }: Run): readonly OperationGrowth[] {
  const names = [...new Set(samples.map(({ operation }) => operation))];
  return names
    .map((operation) => {
      const own = samples.filter((one) => one.operation === operation);
      const old = own.filter(({ variant }) => variant === view.from);
      const next = own.filter(({ variant }) => variant === view.to);
      const limit = experienceOf(old).p99 ?? Number.POSITIVE_INFINITY;
      const bad = (list: readonly Sample[]): number =>
        list.length === 0
          ? 0
          : list.filter(({ failed, took }) => failed || took > limit).length / list.length;
      return { operation, from: experienceOf(old), to: experienceOf(next), worse: bad(next) - bad(old) };
    })
    .sort((one, other) => other.worse - one.worse);
}

export function experienceOf(samples: readonly Sample[]): Experience {
  const times = samples.map(({ took }) => took).sort((one, other) => one - other);
  return {
    requests: samples.length,
    failed: samples.filter(({ failed }) => failed).length,
    p99: times.length === 0 ? null : (times[Math.ceil(times.length * 0.99) - 1] ?? 0),
  };
}

export function seconds(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${Math.round(milliseconds)} ms`
    : `${Number((milliseconds / 1_000).toFixed(2))} s`;
}

export function percent(part: number): string {
  return `${Number((part * 100).toFixed(2))} %`;
}

function samplesOf(
  { of, only = {}, operation, during }: Band,
  { samples, view, faultBegan = Number.POSITIVE_INFINITY }: Run,
): readonly Sample[] {
  const asked = Object.entries(only).map(([name, value]) => [name, String(value)] as const);
  return samples.filter(
    (one) =>
      (of === 'all' || one.variant === view[of]) &&
      (operation === undefined || one.operation === operation) &&
      (during === undefined || one.began >= faultBegan) &&
      asked.every(([name, value]) => one.attributes[name] === value),
  );
}

function whose({ of, only = {}, operation, during }: Band): string {
  const attributes = Object.entries(only).map(([name, value]) => `${name} ${String(value)}`);
  const narrower = [...(operation === undefined ? [] : [operation]), ...attributes];
  return `${[of, ...narrower].join(', ')}${during === undefined ? '' : ' since the fault'}`;
}

function isWithin({ min = 0, max = Number.POSITIVE_INFINITY }: Band, value: number): boolean {
  return value >= min && value <= max;
}

function inWords({ min, max }: Band, say: (value: number) => string): string {
  if (max === undefined) return `at least ${say(min ?? 0)}`;
  return min === undefined ? `at most ${say(max)}` : `${say(min)} to ${say(max)}`;
}
