import type { JsonValue } from '@ombre/decide/model';
import { isMapping } from './schema-walk.ts';

/** What a level for some users treats of them unless its author says: a tenth stays as their control. */
const SHARE = 0.9;

/**
 * A resource as written, with the share of each level of a release that may leave it out: a level for some users (`when`) that is tested and not
 * the last. Anything else is the same object: the last level, one for everybody and one that goes untested say what they treat.
 */
export function withLevelShares(resource: JsonValue): JsonValue {
  const { ladder, spec } = ladderOf(resource);
  if (!ladder.some((level, index) => isUnsaid(level, index, ladder))) return resource;
  const said = ladder.map((level, index) =>
    isUnsaid(level, index, ladder) ? { ...(level as object), share: SHARE } : level,
  );
  return { ...(resource as object), spec: { ...spec, ladder: said } } as unknown as JsonValue;
}

/** Names of the levels of a resource as written that {@link withLevelShares} gives their share. */
export function unsaidShares(resource: JsonValue): readonly string[] {
  const { ladder } = ladderOf(resource);
  return ladder.filter((level, index) => isUnsaid(level, index, ladder)).map((level) => String(level.name));
}

type Written = Readonly<Record<string, unknown>>;

function ladderOf(resource: JsonValue): { readonly spec?: Written; readonly ladder: readonly Written[] } {
  const { kind, spec } = isMapping(resource) ? (resource as Written) : {};
  if (kind !== 'Release' || !isMapping(spec)) return { ladder: [] };
  const { ladder } = spec as Written;
  return Array.isArray(ladder) ? { spec, ladder: ladder as readonly Written[] } : { ladder: [] };
}

function isUnsaid(level: unknown, index: number, ladder: readonly unknown[]): boolean {
  if (!isMapping(level) || index === ladder.length - 1) return false;
  return !Object.hasOwn(level, 'share') && typeof level.when === 'string' && level.untested !== true;
}
