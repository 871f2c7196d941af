import type { FlagSpec, FlagType, JsonValue, ResourceOf, Rule } from '@ombre/decide/model';
import { describeValue } from '../shape/describe.ts';
import type { Draft } from '../shape/draft.ts';
import { isMapping } from '../shape/schema-walk.ts';
import { checkWeights, servedVariants } from './check-serve.ts';
import { checkReachable } from './reachable.ts';
import { checkName, checkUnit, checkVariant } from './references.ts';
import { reportRepeated } from './repeated.ts';
import type { Report, World } from './world.ts';

export function checkFlag(draft: Draft, { spec }: ResourceOf<'Flag'>, world: World): void {
  const report = world.reportFor(draft);
  checkVariants(spec, report);
  if (Object.keys(spec.variants).length > 0) {
    checkVariant(draft.name, spec, spec.default, ['spec', 'default'], report);
    checkVariant(draft.name, spec, spec.off, ['spec', 'off'], report);
  }
  checkUnit(spec.unit, ['spec', 'unit'], world, report);
  checkValidity(spec, report);
  for (const [index, { flag, variant }] of (spec.prerequisites ?? []).entries()) {
    const path = ['spec', 'prerequisites', index];
    checkName('Flag', flag, [...path, 'flag'], world, report);
    const other = world.get('Flag', flag);
    if (other !== undefined) checkVariant(flag, other.spec, variant, [...path, 'variant'], report);
  }
  const rules = spec.rules ?? [];
  reportRepeated(
    draft,
    'DUPLICATE_RULE',
    'rules',
    rules.map(({ id }) => id),
    report,
  );
  for (const [index, rule] of rules.entries()) checkRule(draft.name, spec, rule, index, world, report);
  checkReachable(rules, world, report);
}

function checkVariants({ variants, type }: FlagSpec, report: Report): void {
  const entries = Object.entries(variants);
  if (entries.length === 0) report('NO_VARIANTS', ['spec', 'variants'], {}, { part: 'key' });
  for (const [variant, value] of entries) {
    if (isOfType(value, type)) continue;
    const words = { variant: JSON.stringify(variant), type };
    const details = { expected: expectedOf[type], found: describeValue(value), ...variantHint(value, type) };
    report('VARIANT_TYPE', ['spec', 'variants', variant], words, details);
  }
}

const expectedOf: Readonly<Record<FlagType, string>> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  object: 'a mapping',
};

function isOfType(value: JsonValue, type: FlagType): boolean {
  return type === 'object' ? isMapping(value) : typeof value === type;
}

function variantHint(value: JsonValue, type: FlagType): { readonly hint?: string } {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return { hint: `put it in quotes: "${String(value)}"` };
  }
  if (type === 'boolean' && typeof value === 'string') {
    if (/^(?:on|yes|true)$/i.test(value)) return { hint: 'write true' };
    if (/^(?:off|no|false)$/i.test(value)) return { hint: 'write false' };
  }
  const numeric = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  return type === 'number' && numeric ? { hint: `write it without quotes: ${value}` } : {};
}

function checkValidity({ validity }: FlagSpec, report: Report): void {
  const { from, until } = validity ?? {};
  if (from === undefined || until === undefined) return;
  // What is no instant is told as such, and compares with nothing.
  if (!(Date.parse(from) >= Date.parse(until))) return;
  const details = { expected: `an instant after ${from}`, found: until };
  report('EMPTY_VALIDITY', ['spec', 'validity', 'until'], {}, details);
}

function checkRule(
  flag: string,
  spec: FlagSpec,
  rule: Rule,
  index: number,
  world: World,
  report: Report,
): void {
  const path = ['spec', 'rules', index];
  const serve = [...path, 'serve'];
  for (const { variant, path: at, part } of servedVariants(rule.serve, serve)) {
    checkVariant(flag, spec, variant, at, report, part);
  }
  if ('table' in rule.serve) checkName('Table', rule.serve.table, [...serve, 'table'], world, report);
  checkWeights(rule.serve, serve, report);
  if (rule.action !== undefined && 'degrade' in rule.action) {
    checkName('Upstream', rule.action.degrade, [...path, 'action', 'degrade'], world, report);
  }
}
