/** An interval as a line of characters: ├──●──┤ on a common axis, with a mark at 0 where the axis holds it. */
export function intervalPlot(
  low: number,
  estimate: number,
  high: number,
  axis: readonly [number, number],
  width = 41,
): string {
  const [least, most] = axis;
  const at = (value: number) => Math.round(((value - least) / (most - least || 1)) * (width - 1));
  const inside = (position: number) => Math.min(width - 1, Math.max(0, position));
  const cells = new Array<string>(width).fill(' ');
  const [left, right] = [inside(at(low)), inside(at(high))];
  for (let i = left; i <= right; i++) cells[i] = '─';
  const zero = at(0);
  if (zero >= 0 && zero < width) cells[zero] = zero >= left && zero <= right ? '┼' : '│';
  cells[left] = at(low) < 0 ? '◂' : '├';
  cells[right] = at(high) >= width ? '▸' : '┤';
  cells[inside(at(estimate))] = '●';
  return cells.join('');
}

/** An axis that holds 0 and all estimates, and the intervals as far as they are not several times as wide. */
export function axisOf(
  rows: readonly { readonly low: number; readonly high: number; readonly estimate: number }[],
): [number, number] {
  const estimates = [0, ...rows.map((row) => row.estimate)];
  const core = Math.max(...estimates) - Math.min(...estimates) || 1;
  const least = Math.min(
    ...estimates,
    ...rows.map((row) => Math.max(row.low, Math.min(...estimates) - 3 * core)),
  );
  const most = Math.max(
    ...estimates,
    ...rows.map((row) => Math.min(row.high, Math.max(...estimates) + 3 * core)),
  );
  return [least, most];
}

/** A share as a bar of eighths, `width` characters for the whole. */
export function bar(share: number, width = 12): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  return full + (eighths % 8 === 0 ? '' : ' ▏▎▍▌▋▊▉'[eighths % 8]);
}
