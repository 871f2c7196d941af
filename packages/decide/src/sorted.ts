/** Texts sorted between two pauses. */
const RUN = 1_000;

/** Texts in order of their code units, sorted in runs of a thousand with a pause after each, then merged with as many pauses. */
export function* sortedInSteps(texts: readonly string[]): Generator<undefined, readonly string[]> {
  let runs: (readonly string[])[] = [];
  for (let start = 0; start < texts.length; start += RUN) {
    runs.push(texts.slice(start, start + RUN).sort());
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? []));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(a: readonly string[], b: readonly string[]): Generator<undefined, readonly string[]> {
  const merged: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (y === undefined || (x !== undefined && x <= y)) {
      merged.push(x as string);
      i++;
    } else {
      merged.push(y);
      j++;
    }
    if (merged.length % (4 * RUN) === 0) yield;
  }
  return merged;
}
