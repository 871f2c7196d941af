import { targetingKey } from '@ombre/decide';
import type { FlagSpec, ReleaseSpec, ResourceOf } from '@ombre/decide/model';
import { didYouMean, listNames } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import { checkAddress, checkTime } from './check-address.ts';
import { checkLadder } from './check-ladder.ts';
import { servedVariants } from './check-serve.ts';
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
  checkTime(spec.onUnknown?.rollbackAfter, ['spec', 'onUnknown', 'rollbackAfter'], report);
  if (isWhole(draft, spec)) checkSlices(spec, report);
  checkProbes(spec, report);
  checkConfines(spec, flag?.spec, world, report);
}

/** Whether no level was left out because it is malformed: a name that is missing else may be its. */
function isWhole({ value }: Draft, { ladder }: ReleaseSpec): boolean {
  const written = (value as { readonly spec: { readonly ladder: readonly unknown[] } }).spec.ladder;
  return written.length === ladder.length;
}

/** Slices are levels for some users: only these can be compared, and go back, by themselves. */
function checkSlices({ ladder, guards = [] }: ReleaseSpec, report: Report): void {
  const known = ladder.flatMap(({ name, when }) => (when === undefined ? [] : [name]));
  for (const [index, guard] of guards.entries()) {
    for (const [kind, settings] of Object.entries(guard) as [
      string,
      { readonly slices?: readonly string[] },
    ][]) {
      for (const [at, slice] of (settings.slices ?? []).entries()) {
        if (known.includes(slice)) continue;
        report(
          'UNKNOWN_SLICE',
          ['spec', 'guards', index, kind, 'slices', at],
          { slice: JSON.stringify(slice), guard: kind },
          {
            ...(known.length > 0 && { expected: listNames(known) }),
            found: slice,
            ...didYouMean(slice, known),
          },
        );
      }
    }
  }
}

/** The release's part of a layer, and its holdouts. */
function checkConfines(
  { layer, holdouts = [] }: ReleaseSpec,
  flag: FlagSpec | undefined,
  world: World,
  report: Report,
): void {
  if (layer && layer.from >= layer.to) {
    const details = { expected: `to above ${layer.from}`, found: `to: ${layer.to}` };
    report('EMPTY_RANGE', ['spec', 'layer'], {}, details);
  }
  for (const [index, name] of holdouts.entries()) {
    const path = ['spec', 'holdouts', index];
    checkName('Holdout', name, path, world, report);
    const holdout = world.get('Holdout', name);
    if (holdout === undefined || flag === undefined) continue;
    const [expected, found] = [flag.unit ?? targetingKey, holdout.spec.unit ?? targetingKey];
    if (found === expected) continue;
    report('HOLDOUT_UNIT', path, { holdout: JSON.stringify(name) }, { expected, found });
  }
}

function checkProbes({ probes }: ReleaseSpec, report: Report): void {
  checkTime(probes?.every, ['spec', 'probes', 'every'], report);
  for (const [index, probe] of (probes?.any ?? []).entries()) {
    if (!('http' in probe)) continue;
    const path = ['spec', 'probes', 'any', index, 'http'];
    checkAddress(probe.http.url, [...path, 'url'], report);
    checkTime(probe.http.timeout, [...path, 'timeout'], report);
  }
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
