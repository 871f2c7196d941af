/** Lines of context around a change. */
const AROUND = 2;

interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** What turns one text into another, as a unified diff without a header; empty where they are the same. For texts of some hundred lines. */
export function lineDiff(before: string, after: string): string {
  const steps = compare(linesOf(before), linesOf(after));
  const near = steps.map((_, index) =>
    steps.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(({ sign }) => sign !== ' '),
  );
  const told: string[] = [];
  steps.forEach(({ sign, line }, index) => {
    if (near[index]) told.push(`${sign} ${line}`.trimEnd());
    else if (near[index - 1]) told.push('…');
  });
  if (told.at(-1) === '…') told.pop();
  return told.join('\n');
}

function linesOf(text: string): readonly string[] {
  return text.trim() === '' ? [] : text.trimEnd().split('\n');
}

/** The longest common subsequence decides what stays. */
function compare(a: readonly string[], b: readonly string[]): readonly Step[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i] as Uint16Array;
    const below = common[i + 1] as Uint16Array;
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const steps: Step[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && left === right) {
      steps.push({ sign: ' ', line: left });
      i++;
      j++;
    } else if (
      left !== undefined &&
      (right === undefined || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      steps.push({ sign: '-', line: left });
      i++;
    } else {
      steps.push({ sign: '+', line: right ?? '' });
      j++;
    }
  }
  return steps;
}
