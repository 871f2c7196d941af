import { localTime } from '../../local-time.ts';
/** `0.5 %`, with three digits. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** A length of time in the largest unit of which there are two or more: `12 s`, `2.5 min`, `3 h`. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const;
  const found = units.find(([, size]) => ms >= 2 * size);
  if (found !== undefined) return `${Number((ms / found[1]).toPrecision(2))} ${found[0]}`;
  return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`;
}

/** Time of day here, to the second; with the day where that is another. */
export function timeOfDay(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const time = then.toTimeString().slice(0, 8);
  return then.toDateString() === today.toDateString() ? time : localTime(then);
}

/** `1 request`, `2 requests`. */
export function count(number: number, what: string): string {
  return `${Math.round(number)} ${what}${Math.round(number) === 1 ? '' : 's'}`;
}

/** A bar of `width` places, filled in eighths. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const rest = eighths % 8 === 0 ? '' : (' ▏▎▍▌▋▊▉'[eighths % 8] ?? '');
  return (full + rest).padEnd(width, '░');
}
