// Writes the vectors of hashes, positions, NEGLN, splits, layers and holdouts, by the definitions in README.md and nothing else: bytes, BigInt and exact
// fractions, no code of the packages. `node conformance/generate.mjs` must leave the files as they are.
import { writeFileSync } from 'node:fs';

const MASK = 0xffffffffn;

function murmur3(bytes, seed = 0n) {
  const rotate = (x, r) => ((x << r) | (x >> (32n - r))) & MASK;
  const scramble = (k) => (rotate((k * 0xcc9e2d51n) & MASK, 15n) * 0x1b873593n) & MASK;
  let hash = seed;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    hash = rotate(hash ^ scramble(BigInt(bytes.readUInt32LE(at))), 13n);
    hash = (hash * 5n + 0xe6546b64n) & MASK;
  }
  let tail = 0n;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8n) | BigInt(bytes[at]);
  return fmix32(hash ^ scramble(tail) ^ BigInt(bytes.length));
}

function fmix32(value) {
  let h = value ^ (value >> 16n);
  h = (h * 0x85ebca6bn) & MASK;
  h ^= h >> 13n;
  h = (h * 0xc2b2ae35n) & MASK;
  return h ^ (h >> 16n);
}

// ln(1 + i/1024) = 2 artanh(i / (2048 + i)), summed with 128 fractional bits, then rounded to 26.
function table() {
  const BITS = 128n;
  return Array.from({ length: 1025 }, (_, index) => {
    const i = BigInt(index);
    const square = ((i * i) << BITS) / ((2048n + i) * (2048n + i));
    let power = (i << BITS) / (2048n + i);
    let sum = 0n;
    for (let n = 1n; power > 0n; n += 2n) {
      sum += power / n;
      power = (power * square) >> BITS;
    }
    return (((2n * sum) >> (BITS - 27n)) + 1n) >> 1n;
  });
}

const L = table();

// u = (2m + 1) / 2^33 and NEGLN(m) = -ln(u) in 2^-26: octaves exactly, the rest from the table.
function negln(m) {
  const odd = 2n * m + 1n;
  const octave = BigInt(odd.toString(2).length - 1);
  const fraction = ((odd << 32n) >> octave) & MASK;
  const entry = Number(fraction >> 22n);
  const rest = (fraction >> 7n) & 0x7fffn;
  return (33n - octave) * L[1024] - L[entry] - (((L[entry + 1] - L[entry]) * rest) >> 15n);
}

const hashOf = (salt, unit) => murmur3(Buffer.from(`${salt}:${unit}`, 'utf8'));

function split(salt, weights, unit) {
  const hash = hashOf(salt, unit);
  let best;
  for (const variant of Object.keys(weights).sort()) {
    const weight = BigInt(Math.round(weights[variant] * 1e6));
    if (weight === 0n) continue;
    const cost = negln(fmix32(hash ^ murmur3(Buffer.from(variant, 'utf8'))));
    if (best === undefined || cost * best.weight < best.cost * weight) best = { variant, cost, weight };
  }
  return best.variant;
}

// A small generator of test inputs (xorshift32), so that the files do not depend on a platform's randomness.
let state = 0x2545f491;
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const units = [
  '1',
  'a',
  'ab',
  'abc',
  'abcd',
  'user-123',
  '42',
  'wx4g0bm',
  '🙂',
  'Ünïcode',
  '学生-8440',
  'x'.repeat(250),
  'with:colon',
  ' spaced ',
  '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
];
while (units.length < 200) units.push(`user-${random(1e9)}`);
const salts = ['submit-service/tenth', 'release/submit-v2', 'f', 'é/r', 'abc', 'abcd', 'abcde'];
const lists = [
  { v1: 50, v2: 50 },
  { v1: 90, v2: 10 },
  { a: 1, b: 1, c: 1, d: 1 },
  { a: 0.5, b: 0.25, c: 0.25 },
  { a: 0, b: 3 },
  { only: 1 },
  { small: 0.000001, large: 1000000 },
  { B: 10, a: 20, 'a-b': 30, 'a.b': 40 },
  { x: 33.3333, y: 33.3333, z: 33.3334 },
];

function write(name, about, members) {
  const lists = Object.entries(members).map(([key, rows]) => {
    const lines =
      key === 'table' ? [`    ${rows.join(', ')}`] : rows.map((row) => `    ${JSON.stringify(row)}`);
    return `  ${JSON.stringify(key)}: [\n${lines.join(',\n')}\n  ]`;
  });
  writeFileSync(
    new URL(`${name}.json`, import.meta.url),
    `{\n  "about": ${JSON.stringify(about)},\n${lists.join(',\n')}\n}\n`,
  );
}

write('buckets', 'hash = murmur3_x86_32(utf8(salt ":" unit), 0); position = floor(hash * 10^6 / 2^32)', {
  vectors: Array.from({ length: 1000 }, (_, i) => {
    const salt = salts[i % salts.length];
    const unit = units[i % units.length];
    const hash = hashOf(salt, unit);
    return { salt, unit, hash: Number(hash), position: Number((hash * 1000000n) >> 32n) };
  }),
});

const edges = [0, 1, 2, 3, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 2, 2 ** 32 - 1];
write('negln', 'table[i] = round(2^26 * ln(1 + i/1024)); NEGLN(m) as README.md says', {
  table: L,
  vectors: Array.from({ length: 1000 }, (_, i) => {
    const m = i < edges.length ? edges[i] : random(2 ** (1 + (i % 32)));
    return { m, negln: Number(negln(BigInt(m))) };
  }),
});

write('splits', 'the variant of a weighted rendezvous', {
  vectors: Array.from({ length: 1000 }, (_, i) => {
    const salt = salts[i % salts.length];
    const weights = lists[i % lists.length];
    const unit = units[(i * 7) % units.length];
    return { salt, weights, unit, variant: split(salt, weights, unit) };
  }),
});

// Layers and holdouts: 100 units of three releases that are at 60 %, 100 % and 20 % of what they may touch.
const position = (salt, unit) => Number((hashOf(salt, unit) * 1000000n) >> 32n);
const confined = {
  search: { share: 0.6, layer: { name: 'page', from: 0, to: 0.45 }, holdouts: ['winter'] },
  basket: { share: 1, layer: { name: 'page', from: 0.45, to: 1 } },
  price: { share: 0.2, layer: false, holdouts: ['winter', 'ended'] },
};
const holdouts = { winter: { share: 0.1 }, ended: { share: 0.5, until: '2026-01-01T00:00:00Z' } };
const now = Date.parse('2026-06-01T00:00:00Z');
const bodies = Object.fromEntries([
  ...Object.entries(holdouts).map(([name, spec]) => [`Holdout/${name}`, spec]),
  ...Object.entries(confined).flatMap(([flag, { share, ...spec }]) => [
    [`Flag/${flag}`, { type: 'string', variants: { a: 'old', b: 'new' }, default: 'a', off: 'a' }],
    [
      `Release/${flag}-b`,
      { flag, from: 'a', to: 'b', ...spec, ladder: [{ name: 'all', share: 1, dwell: '1h' }] },
    ],
    [`Placement/${flag}-b`, { reached: 1, shares: [share], epoch: 1 }],
  ]),
]);

function confinedOutcome(flag, unit) {
  const { share, layer, holdouts: named = [] } = confined[flag];
  const millionths = (value) => Math.round(value * 1e6);
  const outside =
    (layer &&
      !(
        position(`layer/${layer.name}`, unit) >= millionths(layer.from) &&
        position(`layer/${layer.name}`, unit) < millionths(layer.to)
      )) ||
    named.some(
      (name) =>
        !(holdouts[name].until && now >= Date.parse(holdouts[name].until)) &&
        position(`holdout/${name}`, unit) < millionths(holdouts[name].share),
    );
  if (outside) return { variant: 'a', reason: 'default', release: `${flag}-b`, level: null, arm: 'none' };
  const at = position(`release/${flag}-b`, unit);
  const arm = at < millionths(share) ? 'treatment' : at < 2 * millionths(share) ? 'control' : 'none';
  const treated = arm === 'treatment';
  return {
    variant: treated ? 'b' : 'a',
    reason: treated ? 'release' : 'default',
    release: `${flag}-b`,
    level: 'all',
    arm,
  };
}

const cases = units.slice(0, 100).flatMap((unit) =>
  Object.keys(confined).map((flag) => ({
    says: `${flag} and ${unit}`,
    flag,
    now,
    context: { targetingKey: unit },
    outcome: confinedOutcome(flag, unit),
  })),
);
writeFileSync(
  new URL('layers.json', import.meta.url),
  `{\n  "about": "releases confined by a layer and by holdouts, in the form of decision.json",\n  "groups": [\n    {\n      "entries": ${JSON.stringify(bodies)},\n      "cases": [\n${cases.map((one) => `        ${JSON.stringify(one)}`).join(',\n')}\n      ]\n    }\n  ]\n}\n`,
);
