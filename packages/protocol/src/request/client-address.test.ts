import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOf } from './client-address.ts';
import { contains, formatIp, type Network, parseIp, parseNetwork } from './ip.ts';

const trusted = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'].map((text) => parseNetwork(text) as Network);

function client(peer: string | undefined, headers: Record<string, string> = {}): string {
  const { address, forwarded } = clientOf({ peer, header: (name) => headers[name] }, trusted);
  return `${address}${forwarded ? ' (forwarded)' : ''}`;
}

describe('the client’s address', () => {
  test('is the peer’s where that is no trusted proxy, whatever it says', () => {
    expect(client('203.0.113.7', { 'x-forwarded-for': '1.1.1.1', 'x-real-ip': '2.2.2.2' })).toBe(
      '203.0.113.7',
    );
    expect(client(undefined)).toBe('');
  });

  test('is the last in the chain that no trusted proxy has', () => {
    const chain = { 'x-forwarded-for': '6.6.6.6, 198.51.100.3, 10.2.3.4' };
    expect(client('::ffff:10.0.0.1', chain)).toBe('198.51.100.3 (forwarded)');
    expect(client('10.0.0.1', { 'x-forwarded-for': '10.9.9.9, 10.2.3.4' })).toBe('10.9.9.9 (forwarded)');
    expect(client('fd00::1', { 'x-forwarded-for': '[2001:DB8::1]:4711' })).toBe('2001:db8::1 (forwarded)');
    expect(client('10.0.0.1', { 'x-forwarded-for': '198.51.100.3:80' })).toBe('198.51.100.3 (forwarded)');
  });

  test('is not looked for beyond what is no address', () => {
    expect(client('10.0.0.1', { 'x-forwarded-for': '6.6.6.6, unknown, 10.2.3.4' })).toBe(
      '10.2.3.4 (forwarded)',
    );
    expect(client('10.0.0.1', { 'x-forwarded-for': 'unknown' })).toBe('10.0.0.1 (forwarded)');
  });

  test('is X-Real-IP where there is no chain', () => {
    expect(client('10.0.0.1', { 'x-real-ip': '198.51.100.3' })).toBe('198.51.100.3 (forwarded)');
    expect(client('10.0.0.1', { 'x-real-ip': '6.6.6.6', 'x-forwarded-for': '198.51.100.3' })).toBe(
      '198.51.100.3 (forwarded)',
    );
  });
});

describe('addresses', () => {
  test('are read exactly where Node reads them', () => {
    const nearly = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), nearly, fc.string()), (text) => {
        expect(parseIp(text) !== undefined).toBe(isIP(text) !== 0 && !text.includes('%'));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are written as the WHATWG URL writes them', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const ip = parseIp(text)!;
        const written = formatIp(ip);
        const theirs = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        if (written.includes('.')) expect(theirs).toMatch(/^::ffff:/);
        else expect(written).toBe(theirs);
        expect(parseIp(written)).toEqual(ip);
      }),
      { numRuns: 2_000 },
    );
  });

  test('are in a network where Node’s block list has them', () => {
    const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4());
    const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.ipV6());
    fc.assert(
      fc.property(fc.oneof(v4, v6), ([base, bits, asked]) => {
        const family = base.includes(':') ? 'ipv6' : 'ipv4';
        for (const address of [asked, base]) {
          const list = new BlockList();
          list.addSubnet(base, bits, family);
          const network = parseNetwork(`${base}/${bits}`)!;
          expect(contains(network, parseIp(address)!)).toBe(list.check(address, family));
        }
      }),
      { numRuns: 1_000 },
    );
    for (const text of ['10.0.0.0/33', '10.0.0/8', '::/129', 'x', '10.0.0.0/', '10.0.0.0/8/8', '::/-1']) {
      expect(parseNetwork(text)).toBeUndefined();
    }
  });
});
