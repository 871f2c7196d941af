import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressClass } from './address-class.ts';
import { createAllowList } from './allow-list.ts';

const list = (hosts: readonly string[], loopback = false) => createAllowList({ hosts, loopback });
const says = (hosts: readonly string[], host: string, addresses: string[], loopback = false, port = 443) =>
  list(hosts, loopback)(host, port, addresses).ok;

describe('addresses', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.1.2', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['169.254.169.254', 'reserved'],
    ['::ffff:169.254.169.254', 'reserved'],
    ['64:ff9b::a9fe:a9fe', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['100.100.100.200', 'reserved'],
    ['fd00:ec2::254', 'reserved'],
    ['fe80::1', 'reserved'],
    ['0.0.0.0', 'reserved'],
    ['::', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['fd12::1', 'private'],
    ['8.8.8.8', 'public'],
    ['2001:4860:4860::8888', 'public'],
  ])('%s is %s', (address, kind) => expect(addressClass(address)).toBe(kind));
});

describe('the allow-list', () => {
  test('lets nothing pass that is not listed, and says what to add', () => {
    expect(list([])('orders.example', 443, ['93.184.216.34'])).toEqual({
      ok: false,
      detail: 'orders.example is not among the hosts this server may call: add --egress orders.example',
    });
    expect(list([])('10.0.0.7', 80, ['10.0.0.7'])).toMatchObject({
      detail: expect.stringContaining('--egress 10.0.0.7'),
    });
  });

  test('lets a listed name reach public and private addresses', () => {
    expect(says(['orders.example'], 'orders.example', ['93.184.216.34'])).toBe(true);
    expect(says(['orders.example'], 'orders.example', ['10.0.0.7'])).toBe(true);
    expect(says(['orders.example'], 'a.orders.example', ['10.0.0.7'])).toBe(false);
    expect(says(['*.orders.example'], 'a.orders.example', ['10.0.0.7'])).toBe(true);
    expect(says(['*.orders.example'], 'orders.example', ['10.0.0.7'])).toBe(false);
    expect(says(['*.orders.example'], 'evilorders.example', ['10.0.0.7'])).toBe(false);
  });

  test('does not let a name server lead a listed name to this machine or to the metadata of a cloud', () => {
    for (const address of ['127.0.0.1', '::1', '169.254.169.254', '::ffff:169.254.169.254']) {
      const allowed = list(['orders.example', '*'])('orders.example', 443, [address]);
      expect(allowed).toMatchObject({ ok: false, detail: expect.stringContaining(`--egress ${address}`) });
    }
  });

  test('keeps only the addresses that are allowed', () => {
    expect(list(['orders.example'])('orders.example', 443, ['169.254.169.254', '10.0.0.7'])).toEqual({
      ok: true,
      addresses: ['10.0.0.7'],
    });
  });

  test('lets this machine be called while the server listens to it alone, or where it is listed', () => {
    expect(says([], 'localhost', ['127.0.0.1'], true)).toBe(true);
    expect(says([], 'localhost', ['127.0.0.1'])).toBe(false);
    expect(says(['localhost'], 'localhost', ['127.0.0.1'])).toBe(true);
    expect(says(['127.0.0.1'], '127.0.0.1', ['127.0.0.1'])).toBe(true);
    expect(says(['[::1]:8080'], '::1', ['::1'], false, 8080)).toBe(true);
    expect(says(['[::1]:8080'], '::1', ['::1'], false, 8081)).toBe(false);
  });

  test('knows ports, ranges, and every public host', () => {
    expect(says(['orders.example:8443'], 'orders.example', ['10.0.0.7'], false, 8443)).toBe(true);
    expect(says(['orders.example:8443'], 'orders.example', ['10.0.0.7'], false, 443)).toBe(false);
    expect(says(['10.0.0.0/8'], 'anything', ['10.9.9.9'])).toBe(true);
    expect(says(['169.254.0.0/16'], '169.254.169.254', ['169.254.169.254'])).toBe(true);
    expect(says(['fd00::/8'], 'x', ['fd00::1'])).toBe(true);
    expect(says(['*'], 'anything.example', ['8.8.8.8'])).toBe(true);
    expect(says(['*'], 'anything.example', ['10.0.0.1'])).toBe(false);
  });

  test('refuses entries that are none', () => {
    for (const entry of ['', 'http://a', 'a/b', 'a b', '*.', 'a.*'])
      expect(() => list([entry])).toThrow('not a host');
  });

  test('never allows a reserved address by a name, whatever the name', () => {
    const reserved = fc.constantFrom('169.254.169.254', '0.0.0.0', 'fe80::1', '100.100.100.200');
    fc.assert(
      fc.property(fc.domain(), reserved, fc.boolean(), (name, address, loopback) => {
        expect(says([name, `*.${name}`, '*'], name, [address], loopback)).toBe(false);
      }),
    );
  });
});
