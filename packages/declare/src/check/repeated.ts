import type { Draft } from '../shape/draft.ts';
import type { Report } from './world.ts';

const keyOf = {
  DUPLICATE_RULE: 'id',
  DUPLICATE_ROW: 'id',
  DUPLICATE_LEVEL: 'name',
  DUPLICATE_DIMENSION: 'name',
} as const;

/** Reports each name of a list that an earlier entry has, and names both places. */
export function reportRepeated(
  draft: Draft,
  code: keyof typeof keyOf,
  list: string,
  names: readonly string[],
  report: Report,
): void {
  const first = new Map<string, number>();
  const key = keyOf[code];
  for (const [index, name] of names.entries()) {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      continue;
    }
    const at = draft.written(['spec', list, earlier, key]);
    const also = [{ resource: draft.id, path: at, message: 'first here' }];
    const quoted = JSON.stringify(name);
    report(code, ['spec', list, index, key], { id: quoted, name: quoted }, { also });
  }
}
