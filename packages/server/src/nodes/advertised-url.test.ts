import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { advertisedUrl } from './advertised-url.ts';

const at = (address: string, internal: boolean) => ({ address, internal }) as NetworkInterfaceInfo;
const interfaces = {
  lo: [at('127.0.0.1', true), at('::1', true)],
  eth0: [at('fe80::1', false), at('10.0.0.7', false)],
};

test('a process that listens on one address is reached there', () => {
  expect(advertisedUrl('10.1.1.1', 7171, interfaces)).toBe('http://10.1.1.1:7171');
  expect(advertisedUrl('fd00::2', 7171, interfaces)).toBe('http://[fd00::2]:7171');
});

test('one that listens everywhere is reached from outside', () => {
  expect(advertisedUrl('0.0.0.0', 1, interfaces)).toBe('http://10.0.0.7:1');
  expect(advertisedUrl('::', 1, { eth0: [at('fd00::2', false)] })).toBe('http://[fd00::2]:1');
  expect(advertisedUrl('::', 1, {})).toBe('http://127.0.0.1:1');
});
