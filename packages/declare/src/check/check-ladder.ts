import { type Level, parseDuration, type ReleaseSpec, type SagaCall } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import { checkAddress, checkTime } from './check-address.ts';
import { type Formula, implies } from './formula.ts';
import { frameOf } from './reachable.ts';
import type { Report, World } from './world.ts';

interface Passed {
  readonly name: string;
  readonly share: number;
  /** Absent: everybody. */
  readonly formula: Formula | undefined;
}

/** Reports levels that are not held, have no effect or shrink. A level without control is the plan's to say. */
export function checkLadder({ ladder }: ReleaseSpec, world: World, report: Report): void {
  const passed: Passed[] = [];
  for (const [index, level] of ladder.entries()) {
    const path = ['spec', 'ladder', index];
    checkDwell(level, path, report);
    const formula = frameOf(level.when, world);
    checkGrowth(level, formula, passed, [...path, 'share'], report);
    // What is no share is told where it stands, and says nothing of the levels after it.
    if (level.share <= 1) passed.push({ name: level.name, share: level.share, formula });
  }
}

function checkDwell(level: Level, path: Path, report: Report): void {
  const name = JSON.stringify(level.name);
  const steps = level.steps ?? [];
  const held = [
    { dwell: level.dwell, at: [...path, 'dwell'] },
    ...steps.map(({ dwell }, index) => ({ dwell, at: [...path, 'steps', index, 'dwell'] })),
  ];
  for (const { dwell, at } of held) {
    if (parseDuration(dwell) !== 0) continue;
    report('ZERO_DWELL', at, { level: name }, { expected: 'a time above 0', found: dwell });
  }
  for (const [index, { share }] of steps.entries()) {
    const before = steps[index - 1]?.share ?? 0;
    if (before < share && share < level.share) continue;
    const expected = `a share above ${before} and below ${level.share}`;
    report(
      'STEP_OUT_OF_ORDER',
      [...path, 'steps', index, 'share'],
      { level: name },
      { expected, found: String(share) },
    );
  }
  if (
    level.longest !== undefined &&
    (parseDuration(level.longest) ?? 0) < (parseDuration(level.dwell) ?? 0)
  ) {
    const details = { expected: `at least ${level.dwell}`, found: level.longest };
    report('LONGEST_TOO_SHORT', [...path, 'longest'], { level: name }, details);
  }
  for (const [index, { name: _, ...calls }] of (level.before ?? []).entries()) {
    for (const [action, call] of Object.entries(calls) as [string, SagaCall][]) {
      checkAddress(call.url, [...path, 'before', index, action, 'url'], report);
      checkTime(call.timeout, [...path, 'before', index, action, 'timeout'], report);
    }
  }
  if (level.gate === undefined || !('webhook' in level.gate)) return;
  const at = [...path, 'gate', 'webhook'];
  checkAddress(level.gate.webhook.url, [...at, 'url'], report);
  checkTime(level.gate.webhook.timeout, [...at, 'timeout'], report);
}

function checkGrowth(
  level: Level,
  formula: Formula | undefined,
  passed: readonly Passed[],
  path: Path,
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
