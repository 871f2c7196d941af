import type { Encoded } from '@ombre/decide';

/** What an entry stands on, by key: read from the lines of a snapshot, `key TAB needs,… TAB body`. */
type Needs = ReadonlyMap<string, readonly string[]>;

/**
 * Keys of the resources whose checks a change can turn out differently: what changed, all that stands on it, and all that those stand on.
 * Undefined where that is everything, since a vocabulary changed. `after` holds the change.
 */
export function affectedKeys(after: Encoded, changed: Iterable<string>): ReadonlySet<string> | undefined {
  const keys = [...changed];
  if (keys.some((key) => key.startsWith('Vocabulary/'))) return undefined;
  const needs = needsOf(after);
  const asking = reversed(needs);
  const touched = closure(keys, (key) => asking.get(key) ?? []);
  // Two releases of one flag know of each other through it.
  const rivals = [...touched]
    .filter((key) => key.startsWith('Release/'))
    .flatMap((key) => needs.get(key) ?? []);
  const releases = rivals.flatMap((key) =>
    (asking.get(key) ?? []).filter((one) => one.startsWith('Release/')),
  );
  const all = closure([...touched, ...releases], (key) => needs.get(key) ?? []);
  for (const key of needs.keys()) if (key.startsWith('Vocabulary/')) all.add(key);
  return all;
}

function needsOf(encoded: Encoded): Needs {
  const needs = new Map<string, readonly string[]>();
  for (const chunk of encoded.chunks.values()) {
    for (let start = 0; start < chunk.length; ) {
      const first = chunk.indexOf('\t', start);
      const second = chunk.indexOf('\t', first + 1);
      const text = chunk.slice(first + 1, second);
      needs.set(chunk.slice(start, first), text === '' ? [] : text.split(','));
      start = chunk.indexOf('\n', second) + 1;
    }
  }
  return needs;
}

function reversed(needs: Needs): ReadonlyMap<string, readonly string[]> {
  const asking = new Map<string, string[]>();
  for (const [key, asked] of needs) {
    for (const one of asked) {
      const known = asking.get(one);
      if (known === undefined) asking.set(one, [key]);
      else known.push(key);
    }
  }
  return asking;
}

function closure(start: readonly string[], next: (key: string) => readonly string[]): Set<string> {
  const reached = new Set(start);
  const open = [...reached];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const one of next(key)) {
      if (reached.has(one)) continue;
      reached.add(one);
      open.push(one);
    }
  }
  return reached;
}
