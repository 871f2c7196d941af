import { type CelFunction, method, overload } from '../function.ts';
import { toDuration, toTimestamp } from '../operators.ts';
import { type CelDuration, CelError, type CelTimestamp, type CelValue } from '../value.ts';

const second = 1_000_000_000n;
const nanosOfUnit: Readonly<Record<string, bigint>> = {
  h: 3600n * second,
  m: 60n * second,
  s: second,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ns: 1n,
};

/** Reads a duration such as `1h30m`, `-1.5s` or `0`, in the units h, m, s, ms, us and ns (as Go's time.ParseDuration). */
export function parseDuration(text: string): CelDuration | CelError {
  const invalid = new CelError('invalid_argument', 'Not a duration; write for example 1h30m or 1.5s');
  const sign = /^[-+]/.exec(text)?.[0];
  const body = sign === undefined ? text : text.slice(1);
  if (body === '0') return toDuration(0n);
  let nanos = 0n;
  const part = /(\d{0,20})(?:\.(\d{0,30}))?(h|ms|m|s|us|µs|μs|ns)/y;
  while (part.lastIndex < body.length) {
    const [, whole = '', fraction = '', unit = ''] = part.exec(body) ?? [];
    const scale = nanosOfUnit[unit];
    if (scale === undefined || (whole === '' && fraction === '')) return invalid;
    nanos +=
      BigInt(whole || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  return body === '' ? invalid : toDuration(sign === '-' ? -nanos : nanos);
}

/** A duration in seconds, as `3600.5s`. */
export function formatDuration({ nanos }: CelDuration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / second}${fractionOf(size % second)}s`;
}

function fractionOf(nanos: bigint): string {
  return nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;
}

const timestampText =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads an instant as RFC 3339 writes it, e.g. `2026-05-04T09:00:00.5+08:00`; digits beyond nanoseconds are dropped. */
export function parseTimestamp(text: string): CelTimestamp | CelError {
  const invalid = new CelError('invalid_argument', 'Not an RFC 3339 timestamp, e.g. 2026-05-04T09:00:00Z');
  const match = timestampText.exec(text);
  if (match === null) return invalid;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, secondOfMinute = 0] = match
    .slice(1, 7)
    .map(Number);
  const [fraction = '', sign = '+', zoneHour = '0', zoneMinute = '0'] = match.slice(7);
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60 : 60);
  const inRange =
    hour < 24 && minute < 60 && secondOfMinute < 60 && Number(zoneHour) < 24 && Number(zoneMinute) < 60;
  const days = daysOf(year, month, day);
  const date = dateOf(days);
  if (!inRange || date.month !== month || date.day !== day) return invalid;
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + secondOfMinute - offset;
  return toTimestamp(BigInt(seconds) * second + BigInt(fraction.slice(0, 9).padEnd(9, '0')));
}

/** The instant as RFC 3339 in UTC, with as many digits as it needs. */
export function formatTimestamp({ nanos }: CelTimestamp): string {
  const { year, month, day, seconds } = partsOf(nanos);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.trunc(seconds / 3600))}:${two(Math.trunc(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = fractionOf(((nanos % second) + second) % second);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}${fraction}Z`;
}

/** Days since 1970-01-01 of a day of the Gregorian calendar. */
function daysOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / 86_400_000);
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const date = new Date(days * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly days: number;
  /** Seconds since midnight. */
  readonly seconds: number;
}

function partsOf(nanos: bigint): Parts {
  const whole = Number((nanos - (((nanos % second) + second) % second)) / second);
  const days = Math.floor(whole / 86_400);
  return { ...dateOf(days), days, seconds: whole - days * 86_400 };
}

/** Seconds to add to UTC for a place's clock; undefined if the zone is not known. */
type Zone = (nanos: bigint) => number;

function zoneOf(name: string): Zone | undefined {
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(name);
  if (fixed !== null) {
    const offset = (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -60 : 60);
    return () => offset;
  }
  if (name.length > 64) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return (nanos) => {
      const whole = Number((nanos - (((nanos % second) + second) % second)) / second);
      const part: Record<string, string> = {};
      for (const { type, value } of format.formatToParts(whole * 1000)) part[type] = value;
      const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
      const days = daysOf(year, Number(part.month), Number(part.day));
      return (
        days * 86_400 + Number(part.hour) * 3600 + Number(part.minute) * 60 + Number(part.second) - whole
      );
    };
  } catch {
    // Intl throws a RangeError for a zone it does not know.
    return undefined;
  }
}

function accessor(name: string, read: (parts: Parts) => number): CelFunction {
  const local = (nanos: bigint, zone: Zone) => BigInt(read(partsOf(nanos + BigInt(zone(nanos)) * second)));
  const unknownZone = new CelError('invalid_argument', 'Unknown time zone');
  const inZone = (timestamp: CelTimestamp, zone: Zone | undefined): CelValue | CelError =>
    zone === undefined ? unknownZone : local(timestamp.nanos, zone);
  return method(
    name,
    overload(['timestamp'], 'int', ({ nanos }) => BigInt(read(partsOf(nanos)))),
    overload(['timestamp', 'string'], 'int', (timestamp, zone) => inZone(timestamp, zoneOf(zone)), {
      steps: () => 600,
      specialize: ([, zone]) => {
        if (typeof zone !== 'string') return undefined;
        const known = zoneOf(zone);
        return known === undefined
          ? unknownZone
          : { run: (timestamp) => inZone(timestamp as CelTimestamp, known), steps: () => 30 };
      },
    }),
  );
}

/** A method of timestamps that durations have too: `whole` counts in units of `unit` nanoseconds. */
function clock(name: string, read: (parts: Parts) => number, unit: bigint): CelFunction {
  const base = accessor(name, read);
  return method(
    name,
    ...base.overloads,
    overload(['duration'], 'int', ({ nanos }) => nanos / unit),
  );
}

function millis(nanos: bigint): bigint {
  return (((nanos % second) + second) % second) / 1_000_000n;
}

/** Parts of timestamps, in UTC or a zone (`Asia/Shanghai`, `+08:00`), and of durations. Months, days of year and month count from 0. */
export const timeFunctions: readonly CelFunction[] = [
  accessor('getFullYear', ({ year }) => year),
  accessor('getMonth', ({ month }) => month - 1),
  accessor('getDate', ({ day }) => day),
  accessor('getDayOfMonth', ({ day }) => day - 1),
  accessor('getDayOfWeek', ({ days }) => (((days + 4) % 7) + 7) % 7),
  accessor('getDayOfYear', ({ year, days }) => days - daysOf(year, 1, 1)),
  clock('getHours', ({ seconds }) => Math.trunc(seconds / 3600), 3600n * second),
  clock('getMinutes', ({ seconds }) => Math.trunc(seconds / 60) % 60, 60n * second),
  clock('getSeconds', ({ seconds }) => seconds % 60, second),
  method(
    'getMilliseconds',
    overload(['timestamp'], 'int', ({ nanos }) => millis(nanos)),
    overload(['timestamp', 'string'], 'int', ({ nanos }) => millis(nanos)),
    // The part below a second, as the conformance suite has it, not the whole duration.
    overload(['duration'], 'int', ({ nanos }) => (nanos % second) / 1_000_000n),
  ),
];
