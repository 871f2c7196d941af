import { expect, test } from 'vitest';
import { formatExplanation } from './explanation-lines.ts';

const terminal = {
  out() {},
  err() {},
  env: {},
  cwd: '/',
  interactive: false,
  colour: false,
  ask: () => Promise.reject(new Error('nobody is here')),
};

test('shows what each sub-expression came to, and leaves out what is its own value', () => {
  const told = formatExplanation(terminal, {
    flag: 'f',
    outcome: { flag: 'f', value: 'x', variant: 'a', reason: 'rule', rule: 'cn', arm: 'none' },
    steps: [
      {
        step: 'rule',
        name: 'cn',
        taken: true,
        why: 'its condition holds; it serves a',
        details: {
          text: 'geo.region in ["CN", "HK"]',
          value: true,
          children: [
            { text: 'geo.region', value: 'CN' },
            { text: '["CN", "HK"]', value: ['CN', 'HK'] },
          ],
        },
      },
    ],
    attributes: [{ name: 'geo.region', status: 'present', value: 'CN' }],
  } as never);
  expect(told.split('\n').slice(3, 7)).toEqual([
    '✓ rule cn: its condition holds; it serves a',
    '    geo.region in ["CN", "HK"] = true',
    '      geo.region = "CN"',
    '',
  ]);
});
