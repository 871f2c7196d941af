import { label, name } from '@ombre/decide/model';

/** What to write instead, as details of an issue. */
export interface Hint {
  readonly hint?: string;
}

/** `10%` and `"0.1"` are numbers somebody wrote as text. */
export function numberHint(text: string): Hint {
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);
  if (percent !== null) return { hint: `write it as a fraction: ${Number(percent[1]) / 100}` };
  return text.trim() !== '' && Number.isFinite(Number(text))
    ? { hint: `write it without quotes: ${text}` }
    : {};
}

/** Percents are the most frequent mistake with shares, too many digits the next. */
export function shareHint(value: number): Hint {
  if (value > 1 && value <= 100) return { hint: `${value} % is ${Number((value / 100).toFixed(6))}` };
  if (value > 0 && value < 1) return { hint: `did you mean ${Number(value.toFixed(6)) || '0.000001'}?` };
  return {};
}

/** The nearest name or label that is allowed. */
export function nameHint(schema: unknown, value: unknown): Hint {
  if (typeof value !== 'string' || (schema !== name && schema !== label)) return {};
  const cased =
    schema === name
      ? value
          .trim()
          .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
          .toLowerCase()
      : value.trim();
  const allowed = cased
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, 100);
  return allowed === '' || allowed === value ? {} : { hint: `did you mean "${allowed}"?` };
}

/** `5 minutes` and `5` are durations in other words. */
export function durationHint(value: unknown): Hint {
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(value) : null;
  if (match === null) return {};
  const [, count = '', word = ''] = match;
  if (word === '') return { hint: `write its unit, such as "${count}s" or "${count}ms"` };
  const unit = suggestUnit(word) ?? 's';
  return { hint: `did you mean "${count}${unit}"?` };
}

function suggestUnit(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (/^(ms|milli)/.test(lower)) return 'ms';
  return ['s', 'm', 'h', 'd'].find((unit) => lower.startsWith(unit));
}

/** A day or a local time lacks what RFC 3339 asks for. */
export function instantHint(value: unknown): Hint {
  if (typeof value !== 'string') return {};
  const day = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?$/.exec(value);
  if (day === null) return {};
  const meant = `${day[1]}T${day[2] ?? '00:00'}${day[3] ?? ':00'}Z`;
  return Number.isNaN(Date.parse(meant)) ? {} : { hint: `did you mean "${meant}"?` };
}
