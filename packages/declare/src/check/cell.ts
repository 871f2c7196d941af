import type { CelType } from '@ombre/decide';
import type { Cell } from '@ombre/decide/model';

/** What a cell accepts, in the form in which two can be compared. */
export type Accepted =
  | { readonly kind: 'all' }
  | { readonly kind: 'literals'; readonly literals: ReadonlySet<string | number | boolean> }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'prefix'; readonly prefix: string };

export function acceptedBy(cell: Cell | undefined): Accepted {
  if (cell === undefined || cell === '*') return { kind: 'all' };
  if (typeof cell !== 'object') return { kind: 'literals', literals: new Set([cell]) };
  if ('in' in cell) return { kind: 'literals', literals: new Set(cell.in) };
  if ('prefix' in cell) return { kind: 'prefix', prefix: cell.prefix };
  const { from, to } = cell as { readonly from?: number; readonly to?: number };
  if (from === undefined && to === undefined) return { kind: 'all' };
  return { kind: 'range', from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY };
}

/** Whether some value is accepted by both. */
export function overlaps(one: Accepted, other: Accepted): boolean {
  if (one.kind === 'all' || other.kind === 'all') return true;
  if (one.kind === 'literals') return [...one.literals].some((literal) => accepts(other, literal));
  if (other.kind === 'literals') return overlaps(other, one);
  if (one.kind === 'range')
    return other.kind === 'range' && Math.max(one.from, other.from) < Math.min(one.to, other.to);
  return (
    other.kind === 'prefix' && (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix))
  );
}

/** Whether `outer` accepts every value that `inner` accepts. */
export function covers(outer: Accepted, inner: Accepted): boolean {
  if (outer.kind === 'all') return true;
  if (inner.kind === 'all') return false;
  if (inner.kind === 'literals') return [...inner.literals].every((literal) => accepts(outer, literal));
  if (outer.kind === 'range')
    return inner.kind === 'range' && outer.from <= inner.from && inner.to <= outer.to;
  return outer.kind === 'prefix' && inner.kind === 'prefix' && inner.prefix.startsWith(outer.prefix);
}

function accepts(accepted: Accepted, value: string | number | boolean): boolean {
  switch (accepted.kind) {
    case 'all':
      return true;
    case 'literals':
      return accepted.literals.has(value);
    case 'range':
      return typeof value === 'number' && accepted.from <= value && value < accepted.to;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(accepted.prefix);
  }
}

/** What a cell for an attribute of a type may be; undefined if this one is fine. */
export function cellMismatch(accepted: Accepted, type: CelType): string | undefined {
  if (accepted.kind === 'all' || type.kind === 'dyn') return undefined;
  if (type.kind === 'string') {
    const fits =
      accepted.kind === 'prefix' || (accepted.kind === 'literals' && all(accepted.literals, 'string'));
    return fits ? undefined : 'text, { in: [texts] }, { prefix } or "*"';
  }
  if (type.kind === 'int' || type.kind === 'uint' || type.kind === 'double') {
    const whole = type.kind !== 'double';
    const fits =
      accepted.kind === 'range' ||
      (accepted.kind === 'literals' &&
        all(accepted.literals, 'number') &&
        [...accepted.literals].every((literal) => !whole || Number.isInteger(literal)));
    return fits
      ? undefined
      : `${whole ? 'a whole number' : 'a number'}, { in: [numbers] }, { from, to } or "*"`;
  }
  if (type.kind === 'bool') {
    return accepted.kind === 'literals' && all(accepted.literals, 'boolean')
      ? undefined
      : 'true, false or "*"';
  }
  return 'a dimension over an attribute that is text, a number or a boolean';
}

function all(literals: ReadonlySet<unknown>, type: string): boolean {
  return [...literals].every((literal) => typeof literal === type);
}
