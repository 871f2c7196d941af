/** An address as eight groups of 16 bits. IPv4 stands in its IPv4-mapped form (RFC 4291, 2.5.5.2), so that both spellings are one. */
export type Ip = readonly number[];

/** Addresses whose first `bits` bits are those of `base`. */
export interface Network {
  readonly base: Ip;
  readonly bits: number;
}

/** Reads an IPv4 or IPv6 address, without port, brackets or zone; undefined for all else. */
export function parseIp(text: string): Ip | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return [0, 0, 0, 0, 0, 0xffff, ...v4];
  if (!text.includes(':') || !/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map(groupsOf);
  if (left === undefined) return undefined;
  if (halves.length === 1) return left.length === 8 ? left : undefined;
  if (right === undefined || left.length + right.length > 7) return undefined;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** The usual text of an address: IPv4 with dots, also where it came mapped; IPv6 in lower case, its longest run of zeros as `::` (RFC 5952). */
export function formatIp(ip: Ip): string {
  if (isV4(ip)) return ip.slice(6).flatMap(bytesOf).join('.');
  const groups = ip.map((group) => group.toString(16)).join(':');
  const runs = groups.match(/\b0(?::0\b)+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups;
  const at = groups.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${groups.slice(0, at).replace(/:$/, '')}::${groups.slice(at + longest.length).replace(/^:/, '')}`;
}

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; undefined for all else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const base = parseIp(address);
  if (base === undefined || more.length > 0) return undefined;
  const offset = address.includes(':') ? 0 : 96;
  if (length === undefined) return { base, bits: 128 };
  if (!/^\d{1,3}$/.test(length) || Number(length) + offset > 128) return undefined;
  return { base, bits: Number(length) + offset };
}

export function contains({ base, bits }: Network, ip: Ip): boolean {
  return ip.every((group, index) => {
    const free = Math.min(16, Math.max(0, (index + 1) * 16 - bits));
    return group >> free === (base[index] ?? 0) >> free;
  });
}

function isV4(ip: Ip): boolean {
  return ip[5] === 0xffff && ip.slice(0, 5).every((group) => group === 0);
}

function parseV4(text: string): Ip | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  // A leading zero is octal to some readers and decimal to others.
  const bytes = match.slice(1).map((part) => (part.length > 1 && part.startsWith('0') ? 256 : Number(part)));
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return bytes.some((byte) => byte > 255) ? undefined : [a * 256 + b, c * 256 + d];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const v4 = parseV4(parts.at(-1) ?? '');
  const hex = v4 === undefined ? parts : parts.slice(0, -1);
  if (hex.some((part) => !/^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  return [...hex.map((part) => Number.parseInt(part, 16)), ...(v4 ?? [])];
}

function bytesOf(group: number): readonly number[] {
  return [group >> 8, group & 0xff];
}
