import { describe, expect, test } from 'vitest';
import { createDoors, hostOf, isLoopback } from './address.ts';

test.each([
  ['127.0.0.1:7171', '127.0.0.1'],
  ['localhost', 'localhost'],
  ['LocalHost.:80', 'localhost'],
  ['[::1]:7171', '::1'],
  ['evil.example:7171', 'evil.example'],
])('the host of %s is %s', (header, host) => {
  expect(hostOf(header)).toBe(host);
});

test.each(['', ':80', 'a b', 'a@b', 'a/b', '[::1', 'a:b', 'a:123456'])('%j is no authority', (header) => {
  expect(hostOf(header)).toBeUndefined();
});

test('loopback is more than one address, and no name that only looks like it', () => {
  for (const host of ['localhost', 'x.localhost', '127.0.0.1', '127.8.8.8', '::1'])
    expect(isLoopback(host)).toBe(true);
  for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', '0.0.0.0', '::', '10.0.0.1']) {
    expect(isLoopback(host)).toBe(false);
  }
});

describe('on loopback', () => {
  const doors = createDoors({ loopback: true, hosts: ['ombre.internal'], origins: ['https://shop.example'] });

  test('another name that resolves here is refused: DNS rebinding', () => {
    expect(doors.acceptsHost('evil.example:7171')).toBe(false);
    expect(doors.acceptsHost('127.0.0.1.evil.example')).toBe(false);
    expect(doors.acceptsHost(undefined)).toBe(false);
    expect(doors.acceptsHost('localhost:7171')).toBe(true);
    expect(doors.acceptsHost('ombre.internal')).toBe(true);
  });

  test('pages of this machine and named origins may ask, others may not', () => {
    expect(doors.acceptsOrigin('http://localhost:3000', '127.0.0.1:7171')).toBe(true);
    expect(doors.acceptsOrigin('https://shop.example', '127.0.0.1:7171')).toBe(true);
    for (const origin of [
      'https://evil.example',
      'null',
      'file://',
      'https://shop.example.evil',
      'http://localhost@evil',
    ]) {
      expect(doors.acceptsOrigin(origin, '127.0.0.1:7171')).toBe(false);
    }
  });
});

describe('off loopback', () => {
  test('any name is accepted until names are given, since every read needs a token', () => {
    expect(createDoors({ loopback: false }).acceptsHost('anything.example')).toBe(true);
    const named = createDoors({ loopback: false, hosts: ['ombre.example'] });
    expect(named.acceptsHost('ombre.example:443')).toBe(true);
    expect(named.acceptsHost('10.1.2.3:7171')).toBe(true);
    expect(named.acceptsHost('anything.example')).toBe(false);
  });

  test('only the page of the same origin or a named one may ask', () => {
    const doors = createDoors({ loopback: false });
    expect(doors.acceptsOrigin('https://ombre.example', 'ombre.example')).toBe(true);
    expect(doors.acceptsOrigin('http://localhost:3000', 'ombre.example')).toBe(false);
  });
});
