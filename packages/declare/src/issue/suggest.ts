/** Edits (insert, delete, replace, swap neighbours) from one word to another, or `limit + 1` if there are more. */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? limit + 1;
}

const longest = 100;

/** The word among `known` that was probably meant: nearest within a third of its length, ignoring case. Undefined if none is near. */
export function suggest(found: string, known: Iterable<string>): string | undefined {
  if (found.length > longest) return undefined;
  const lower = found.toLowerCase();
  const limit = Math.max(1, Math.floor(found.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const word of known) {
    if (word.length > longest || word === found) continue;
    const edits = distance(lower, word.toLowerCase(), limit);
    // Of short words half may not differ, or each is near to every other.
    if (edits >= least || edits * 2 >= Math.max(found.length, word.length)) continue;
    best = word;
    least = edits;
  }
  return best;
}

/** `did you mean "x"?` as the hint of an issue, if there is a near word. */
export function didYouMean(found: string, known: Iterable<string>): { readonly hint?: string } {
  const word = suggest(found, known);
  return word === undefined ? {} : { hint: `did you mean ${JSON.stringify(word)}?` };
}

/** Names for `expected`: all if they are few, else the first of them and how many there are. */
export function listNames(names: Iterable<string>, most = 12): string {
  const all = [...names];
  const shown = all.slice(0, most).join(', ');
  return all.length > most ? `${shown} … (${all.length} in all)` : shown;
}
