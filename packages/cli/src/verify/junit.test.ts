import { describe, expect, test } from 'vitest';
import { junit } from './junit.ts';

describe('a JUnit report', () => {
  test('counts failures and errors apart, and says what was expected', () => {
    const check = { name: 'outcome', ok: false, expected: 'completed', found: 'frozen & "still"' };
    const xml = junit('verify.yaml', [
      { name: 'good', took: 1_500, checks: [{ ...check, ok: true }], said: '' },
      { name: 'bad <1>', took: 500, checks: [check], said: 'because\u0007' },
      { name: 'broken', took: 0, checks: [], error: 'no service', said: '' },
    ]);
    expect(xml).toContain('tests="3" failures="1" errors="1" time="2.000"');
    expect(xml).toContain('name="bad &lt;1&gt;"');
    expect(xml).toContain(
      '<failure message="outcome: expected completed, found frozen &amp; &quot;still&quot;"/>',
    );
    expect(xml).toContain('<error message="no service"/>');
    expect(xml).toContain('<system-out>because</system-out>');
  });
});
