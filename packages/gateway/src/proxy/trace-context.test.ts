import { describe, expect, test } from 'vitest';
import { createPooledRandom } from './pooled-random.ts';
import { traceContextOf } from './trace-context.ts';

const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const zeros = (digits: number): string => '0'.repeat(digits);

describe('the trace context', () => {
  test('passes on untouched, with its state, also in a later version with more parts', () => {
    expect(traceContextOf(VALID, 'a=1', zeros)).toEqual({ traceparent: VALID, tracestate: 'a=1' });
    const later = `cc${VALID.slice(2)}-what-comes`;
    expect(traceContextOf(later, undefined, zeros).traceparent).toBe(later);
  });

  // https://www.w3.org/TR/trace-context/#traceparent-header-field-values
  test.each([
    undefined,
    '',
    VALID.toUpperCase(),
    VALID.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    `${VALID}-extra`,
    `cc${VALID.slice(2)}x`,
    VALID.slice(0, -1),
  ])('begins anew, without state, in place of %s', (given) => {
    const { traceparent, tracestate } = traceContextOf(given, 'a=1', zeros);
    expect(traceparent).toBe(`00-1${'0'.repeat(31)}-1${'0'.repeat(15)}-01`);
    expect(tracestate).toBeUndefined();
  });

  test('takes its ids from digits that are handed out once', () => {
    const random = createPooledRandom(240);
    const ids = Array.from({ length: 1_000 }, () => traceContextOf(undefined, undefined, random).traceparent);
    expect(new Set(ids).size).toBe(1_000);
  });
});
