/** The candidate most like a mistyped name, or undefined if none is near. A dotted name is compared with candidates by its first parts. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const typed = name.split('.').slice(0, candidate.split('.').length).join('.');
    const most = Math.max(1, Math.floor(Math.max(typed.length, candidate.length) / 3));
    if (Math.abs(typed.length - candidate.length) > most) continue;
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text the other (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let oneBack = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (oneBack[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const added = Math.min((row[j - 1] ?? 0) + 1, (oneBack[j] ?? 0) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(replaced, added, isSwap ? (twoBack[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    twoBack = oneBack;
    oneBack = row;
  }
  return oneBack[b.length] ?? 0;
}
