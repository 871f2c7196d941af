/** `; did you mean "x"?` for the closest of the names, or their list where none is close. */
export function suggestion(wanted: string, names: readonly string[], what: string): string {
  const key = normal(wanted);
  const close = names
    .map((name) => ({
      name,
      distance: Math.min(
        distance(key, normal(name)),
        normal(name).includes(key) ? 1 : Number.POSITIVE_INFINITY,
      ),
    }))
    .filter((candidate) => candidate.distance <= Math.max(1, Math.floor(key.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  const [first] = close;
  if (first) return `; did you mean "${first.name}"?`;
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  return `; the ${what} ${shown.join(', ')}${names.length > shown.length ? `, and ${names.length - shown.length} more` : ''}`;
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

/** Edits (insert, delete, replace, swap of neighbours) between two words (Damerau & Levenshtein, restricted). */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? a.length;
}
