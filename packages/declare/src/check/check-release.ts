import {
  type FlagSpec,
  type Level,
  parseDuration,
  type ReleaseSpec,
  type ResourceOf,
} from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { servedVariants } from './check-serve.ts';
import { type Formula, formulaOf, implies } from './formula.ts';
import { everybody } from './reachable.ts';
import { checkName, checkVariant } from './references.ts';
import { reportRepeated } from './repeated.ts';
import type { Report, World } from './world.ts';

export function checkRelease(draft: Draft, { spec }: ResourceOf<'Release'>, world: World): void {
  const report = world.reportFor(draft);
  checkName('Flag', spec.flag, ['spec', 'flag'], world, report);
  const flag = world.get('Flag', spec.flag);
  if (flag !== undefined) {
    checkVariant(spec.flag, flag.spec, spec.from, ['spec', 'from'], report);
    checkVariant(spec.flag, flag.spec, spec.to, ['spec', 'to'], report);
    if (Object.hasOwn(flag.spec.variants, spec.from) && !serves(flag.spec, spec.from, world)) {
      report('FROM_NOT_SERVED', ['spec', 'from'], { variant: JSON.stringify(spec.from) });
    }
  }
  if (spec.from === spec.to) report('SAME_VARIANT', ['spec', 'to'], { variant: JSON.stringify(spec.from) });
  reportRepeated(
    draft,
    'DUPLICATE_LEVEL',
    'ladder',
    spec.ladder.map(({ name }) => name),
    report,
  );
  checkLadder(spec, world, report);
}

/** Whether the flag itself ever serves a variant: by default, by a rule, or by a row of a table. */
function serves(flag: FlagSpec, variant: string, world: World): boolean {
  if (flag.default === variant) return true;
  return (flag.rules ?? []).some(({ serve }) => {
    if (!('table' in serve)) return servedVariants(serve, []).some((served) => served.variant === variant);
    const table = world.get('Table', serve.table);
    // A table that is missing or malformed might serve it.
    return (
      table === undefined ||
      table.spec.rows.some((row) =>
        servedVariants(row.serve, []).some((served) => served.variant === variant),
      )
    );
  });
}

interface Passed {
  readonly name: string;
  readonly share: number;
  /** Absent: everybody. */
  readonly formula: Formula | undefined;
}

function checkLadder({ ladder }: ReleaseSpec, { constants }: World, report: Report): void {
  const passed: Passed[] = [];
  for (const [index, level] of ladder.entries()) {
    const path = ['spec', 'ladder', index];
    const name = JSON.stringify(level.name);
    if (parseDuration(level.dwell) === 0) {
      report(
        'ZERO_DWELL',
        [...path, 'dwell'],
        { level: name },
        { expected: 'a time above 0', found: level.dwell },
      );
    }
    if (level.share === 1 && index < ladder.length - 1)
      report('NO_CONTROL', [...path, 'share'], { level: name });
    const formula = everybody(level.when, constants) ? undefined : formulaOf(level.when ?? '');
    checkGrowth(level, formula, passed, [...path, 'share'], report);
    passed.push({ name: level.name, share: level.share, formula });
  }
}

function checkGrowth(
  level: Level,
  formula: Formula | undefined,
  passed: readonly Passed[],
  path: readonly (string | number)[],
  report: Report,
): void {
  const name = JSON.stringify(level.name);
  if (level.share === 0) {
    report('LEVEL_WITHOUT_EFFECT', path, { level: name, why: 'its share is 0' });
    return;
  }
  const larger = passed.find(
    ({ share, ...other }) => formula === undefined && other.formula === undefined && share > level.share,
  );
  if (larger !== undefined) {
    const earlier = `${larger.share} at level ${JSON.stringify(larger.name)}`;
    const details = { expected: `more than ${larger.share}`, found: String(level.share) };
    report('LEVEL_SHRINKS', path, { level: name, share: level.share, earlier }, details);
    return;
  }
  const wider = passed.find(
    ({ share, ...other }) =>
      share >= level.share &&
      (other.formula === undefined || (formula !== undefined && implies(formula, other.formula))),
  );
  if (wider === undefined) return;
  const who = wider.formula === undefined ? 'of everybody' : 'of those it matches';
  const why = `level ${JSON.stringify(wider.name)} admits ${wider.share === 1 ? 'all' : wider.share} ${who} already`;
  report('LEVEL_WITHOUT_EFFECT', path, { level: name, why });
}
