import { afterEach, expect, test } from 'vitest';
import { localTime } from './local-time.ts';

const zone = process.env.TZ;

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each([
  ['Asia/Shanghai', '2026-11-22 02:31:39'],
  ['America/New_York', '2026-11-21 13:31:39'],
])('tells day and time where the reader is: %s', (place, told) => {
  process.env.TZ = place;
  expect(localTime(new Date('2026-11-21T18:31:39.900Z'))).toBe(told);
});
