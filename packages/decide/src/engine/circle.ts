import type { Line } from '../snapshot/line.ts';

/** Whether an entry stands on itself through others of its kind. Apply refuses such; an engine only has to end. */
export function isCircular(line: Line, lineOf: (key: string) => Line | undefined): boolean {
  const own = `${line.kind}/`;
  const seen = new Set<string>();
  const waiting = line.needs.filter((need) => need.startsWith(own));
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (key === line.key) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const need of lineOf(key)?.needs ?? []) if (need.startsWith(own)) waiting.push(need);
  }
  return false;
}
