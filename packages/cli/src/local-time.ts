/** Day and time of day where the reader is, to the second: `2026-11-21 18:31:39`. */
export function localTime(date: Date): string {
  return `${localDay(date)} ${date.toTimeString().slice(0, 8)}`;
}

/** The day where the reader is: `2026-11-21`. */
export function localDay(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
