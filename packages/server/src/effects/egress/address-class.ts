import { BlockList, isIP } from 'node:net';

/** `reserved`: link-local (where clouds keep their metadata), multicast, unspecified, and addresses that hide another one. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'reserved';

/** After IANA's registries of special-purpose addresses (RFC 6890), and the metadata addresses clouds put elsewhere. */
const RANGES: { readonly [C in Exclude<AddressClass, 'public'>]: readonly string[] } = {
  loopback: ['127.0.0.0/8', '::1/128'],
  reserved: [
    '0.0.0.0/8',
    '169.254.0.0/16',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '192.0.0.0/24',
    '192.88.99.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '::/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2001::/32',
    '2002::/16',
    'fd00:ec2::/32',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
  private: ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15', 'fc00::/7'],
};

const lists = (['loopback', 'reserved', 'private'] as const).map((name) => ({
  name,
  list: rangesOf(RANGES[name]),
}));

/** The ranges as one list; each is `address/bits` or an address. */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Whether a list holds an address; an IPv4 address in IPv6 clothes (`::ffff:`) is that IPv4 address. */
export function holds(list: BlockList, address: string): boolean {
  const plain = unmapped(address);
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

export function addressClass(address: string): AddressClass {
  return lists.find(({ list }) => holds(list, address))?.name ?? 'public';
}

function unmapped(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (dotted?.[1] !== undefined) return dotted[1];
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}
