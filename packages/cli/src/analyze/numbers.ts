/** A count with separators. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Four significant digits, never in powers of ten between 1e-6 and 1e15. */
export function shortNumber(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** A share in percent, with digits where it is small. */
export function percent(share: number): string {
  const value = 100 * share;
  const size = Math.abs(value);
  return `${value.toFixed(size === 0 || size >= 10 ? 0 : size < 0.1 ? 3 : 1)} %`;
}

/** A p-value: 0.031, 2.3e-7. */
export function pValue(p: number): string {
  if (p >= 0.9995) return '1';
  return p >= 0.001 ? p.toPrecision(2) : p.toExponential(1);
}

/** How differences of a metric are written: percentage points for conversions, the metric's own unit else. */
export interface Scale {
  /** A difference without sign. */
  size(difference: number): string;
  /** A difference with sign. */
  signed(difference: number): string;
  /** A level: a rate or a mean. */
  level(value: number): string;
}

/** The scale of a kind of metric. */
export function scaleOf(kind: 'conversion' | 'mean' | 'ratio'): Scale {
  const points = kind === 'conversion';
  const number = (value: number) => (points ? fixed(100 * value) : shortNumber(value));
  const unit = points ? ' points' : '';
  return {
    size: (difference) => `${number(Math.abs(difference))}${unit}`,
    signed: (difference) => `${difference < 0 ? '−' : '+'}${number(Math.abs(difference))}${unit}`,
    level: (value) => (points ? `${fixed(100 * value)} %` : shortNumber(value)),
  };
}

function fixed(value: number): string {
  return value !== 0 && Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}
