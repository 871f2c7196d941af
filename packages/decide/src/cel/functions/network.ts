import { type CelFunction, globalFunction, method, overload, type Runnable } from '../function.ts';
import { CelError, type CelObject, type CelValue } from '../value.ts';

/** An IPv4 or IPv6 address. IPv6 forms of an IPv4 address (::ffff:0:0/96) are that address. */
export class CelIp implements CelObject {
  readonly celType = 'ip';
  readonly family: 4 | 6;
  readonly bits: bigint;
  constructor(family: 4 | 6, bits: bigint) {
    this.family = family;
    this.bits = bits;
  }
  get width(): bigint {
    return this.family === 4 ? 32n : 128n;
  }
  equals(other: CelObject): boolean {
    return other instanceof CelIp && other.family === this.family && other.bits === this.bits;
  }
}

/** An address with the length of its network's prefix. */
export class CelCidr implements CelObject {
  readonly celType = 'cidr';
  readonly ip: CelIp;
  readonly prefix: number;
  constructor(ip: CelIp, prefix: number) {
    this.ip = ip;
    this.prefix = prefix;
  }
  equals(other: CelObject): boolean {
    return other instanceof CelCidr && other.prefix === this.prefix && other.ip.equals(this.ip);
  }
}

const mapped = 0xffffn;

function invalidAddress(text: string): CelError {
  return new CelError('invalid_argument', `Not an IP address: ${text.slice(0, 60)}`);
}

/** Reads an address. Zones are refused; so is an IPv4 address written inside IPv6, unless `embedded` allows it. */
export function parseAddress(text: string, embedded = false): CelIp | CelError {
  if (!text.includes(':')) {
    const bits = parse4(text);
    return bits === undefined ? invalidAddress(text) : new CelIp(4, bits);
  }
  if (text.includes('.') && !embedded) return invalidAddress(text);
  const bits = parse6(text);
  if (bits === undefined) return invalidAddress(text);
  return bits >> 32n === mapped ? new CelIp(4, bits & 0xffffffffn) : new CelIp(6, bits);
}

function parse4(text: string): bigint | undefined {
  if (!/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

function parse6(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = tail?.[2] === undefined ? undefined : parse4(tail[2]);
  if (tail !== null && last === undefined) return undefined;
  const whole =
    last === undefined ? text : `${tail?.[1]}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  const halves = whole.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], rest = []] = groups;
  const missing = 8 - head.length - rest.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...rest];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** The address as RFC 5952 writes it. */
export function formatAddress({ family, bits }: CelIp): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = groups.join(':');
  // The longest run of two or more zeros, the first of equal ones, becomes `::`.
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  if (run === undefined) return text;
  const before = text.slice(0, run.index).replace(/:$/, '');
  const after = text.slice(run.index + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** Reads a network such as `10.0.0.0/8`; bits behind the prefix may be set. */
export function parseNetwork(text: string, embedded = false): CelCidr | CelError {
  const [, address = '', length = ''] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const ip = parseAddress(address, embedded);
  const invalid = new CelError('invalid_argument', `Not a network: ${text.slice(0, 60)}`);
  if (ip instanceof CelError) return invalid;
  // A prefix of an embedded IPv4 address counts the 96 bits before it.
  const prefix = Number(length) - (ip.family === 4 && address.includes(':') ? 96 : 0);
  return prefix >= 0 && BigInt(prefix) <= ip.width && length !== '' ? new CelCidr(ip, prefix) : invalid;
}

function formatNetwork({ ip, prefix }: CelCidr): string {
  return `${formatAddress(ip)}/${prefix}`;
}

function contains({ ip, prefix }: CelCidr, other: CelIp): boolean {
  const hostBits = ip.width - BigInt(prefix);
  return ip.family === other.family && ip.bits >> hostBits === other.bits >> hostBits;
}

function containsNetwork(network: CelCidr, other: CelCidr): boolean {
  return network.prefix <= other.prefix && contains(network, other.ip);
}

function masked({ ip, prefix }: CelCidr): CelCidr {
  const hostBits = ip.width - BigInt(prefix);
  return new CelCidr(new CelIp(ip.family, (ip.bits >> hostBits) << hostBits), prefix);
}

/** Whether the first `length` bits of the address are those of `network`. */
function within(ip: CelIp, network: string): boolean {
  const parsed = parseNetwork(network);
  return parsed instanceof CelCidr && contains(parsed, ip);
}

const isUnspecified = (ip: CelIp): boolean => ip.bits === 0n;
const isLoopback = (ip: CelIp): boolean => within(ip, '127.0.0.0/8') || within(ip, '::1/128');
const isMulticast = (ip: CelIp): boolean => within(ip, '224.0.0.0/4') || within(ip, 'ff00::/8');
const isLinkLocal = (ip: CelIp): boolean => within(ip, '169.254.0.0/16') || within(ip, 'fe80::/10');
const isLinkLocalMulticast = (ip: CelIp): boolean =>
  within(ip, '224.0.0.0/24') || (ip.family === 6 && ((ip.bits >> 112n) & 0xff0fn) === 0xff02n);
const isGlobalUnicast = (ip: CelIp): boolean =>
  !(
    isUnspecified(ip) ||
    isLoopback(ip) ||
    isMulticast(ip) ||
    isLinkLocal(ip) ||
    within(ip, '255.255.255.255/32')
  );

/** Runs `use` on an address or network given as value or text. */
function withParsed<T extends CelIp | CelCidr>(
  value: CelValue,
  parsed: (text: string) => T | CelError,
  use: (value: T) => CelValue,
): CelValue | CelError {
  const read = typeof value === 'string' ? parsed(value) : (value as T);
  return read instanceof CelError ? read : use(read);
}

function inNetwork(ip: CelValue, network: CelCidr | CelError): CelValue | CelError {
  if (network instanceof CelError) return network;
  return withParsed<CelIp>(
    ip,
    (text) => parseAddress(text, true),
    (parsed) => contains(network, parsed),
  );
}

/** For `ipInCidr`: parses a constant network once. */
function constantNetwork([, network]: readonly (CelValue | undefined)[]): Runnable | CelError | undefined {
  if (typeof network !== 'string') return undefined;
  const parsed = parseNetwork(network, true);
  return parsed instanceof CelError ? parsed : { run: (ip = '') => inNetwork(ip, parsed) };
}

function test(name: string, run: (ip: CelIp) => boolean): CelFunction {
  return method(
    name,
    overload(['ip'], 'bool', (ip) => run(ip as CelIp)),
  );
}

/** Addresses and networks (the network library), and `ipInCidr(ip, cidr)`, which takes texts and reads IPv4-mapped addresses too. */
export const networkFunctions: readonly CelFunction[] = [
  globalFunction(
    'ip',
    overload(['string'], 'ip', (text) => parseAddress(text)),
  ),
  globalFunction(
    'isIP',
    overload(['string'], 'bool', (text) => parseAddress(text) instanceof CelIp),
  ),
  globalFunction(
    'ip.isCanonical',
    overload(['string'], 'bool', (text) =>
      withParsed<CelIp>(text, parseAddress, (ip) => formatAddress(ip) === text),
    ),
  ),
  globalFunction(
    'string',
    overload(['ip'], 'string', (ip) => formatAddress(ip as CelIp)),
    overload(['cidr'], 'string', (cidr) => formatNetwork(cidr as CelCidr)),
  ),
  method(
    'family',
    overload(['ip'], 'int', (ip) => BigInt((ip as CelIp).family)),
  ),
  test('isUnspecified', isUnspecified),
  test('isLoopback', isLoopback),
  test('isGlobalUnicast', isGlobalUnicast),
  test('isLinkLocalUnicast', isLinkLocal),
  test('isLinkLocalMulticast', isLinkLocalMulticast),
  globalFunction(
    'cidr',
    overload(['string'], 'cidr', (text) => parseNetwork(text)),
  ),
  globalFunction(
    'isCIDR',
    overload(['string'], 'bool', (text) => parseNetwork(text) instanceof CelCidr),
  ),
  method(
    'containsIP',
    ...['ip', 'string'].map((type) =>
      overload(['cidr', type], 'bool', (cidr, ip) =>
        withParsed<CelIp>(ip as CelValue, parseAddress, (parsed) => contains(cidr as CelCidr, parsed)),
      ),
    ),
  ),
  method(
    'containsCIDR',
    ...['cidr', 'string'].map((type) =>
      overload(['cidr', type], 'bool', (cidr, other) =>
        withParsed<CelCidr>(other as CelValue, parseNetwork, (parsed) =>
          containsNetwork(cidr as CelCidr, parsed),
        ),
      ),
    ),
  ),
  method(
    'ip',
    overload(['cidr'], 'ip', (cidr) => (cidr as CelCidr).ip),
  ),
  method(
    'masked',
    overload(['cidr'], 'cidr', (cidr) => masked(cidr as CelCidr)),
  ),
  method(
    'prefixLength',
    overload(['cidr'], 'int', (cidr) => BigInt((cidr as CelCidr).prefix)),
  ),
  globalFunction(
    'ipInCidr',
    ...['string', 'ip'].map((type) =>
      overload(
        [type, 'string'],
        'bool',
        (ip, network) => inNetwork(ip as CelValue, parseNetwork(network as string, true)),
        { specialize: constantNetwork },
      ),
    ),
  ),
];
