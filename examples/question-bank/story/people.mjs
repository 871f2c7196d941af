// Who uses the question bank: the same people at every start, most of them seldom, a few all the time.

const STAFF = ['dev-1', 'dev-2', 'ops-1'];
const TIERS = { L1: 0.62, L3: 0.24, L5: 0.14 };
const REGIONS = { CN: 0.42, IN: 0.16, US: 0.14, BR: 0.1, DE: 0.1, JP: 0.08 };
const LANGUAGES = {
  python: 0.34,
  java: 0.22,
  cpp: 0.18,
  javascript: 0.12,
  go: 0.06,
  c: 0.04,
  rust: 0.02,
  typescript: 0.02,
};
const CLIENTS = { '4.3.1': 0.45, '4.2.0': 0.3, '4.1.7': 0.25 };

/**
 * People with tier, region, language and page version. How often each comes is log-normal: the busiest hundredth sends about
 * a tenth of the requests, so requests are not independent. Teams (L5) come twice as often.
 */
export function crowd(size) {
  const random = generator(20260701);
  const students = Array.from({ length: size }, (_, index) => {
    const tier = pick(TIERS, random());
    return {
      id: String(10_000 + index),
      tier,
      region: pick(REGIONS, random()),
      language: pick(LANGUAGES, random()),
      client: pick(CLIENTS, random()),
      activity: Math.exp(normal(random)) * (tier === 'L5' ? 2 : 1),
    };
  });
  const sum = students.reduce((all, { activity }) => all + activity, 0);
  // Staff try things out all day: together one request in fifty.
  const staff = STAFF.map((id) => ({
    id,
    tier: 'L3',
    region: 'DE',
    language: 'go',
    client: '4.3.1',
    activity: sum / 50 / STAFF.length,
  }));
  return [...staff, ...students];
}

/** Draws somebody, each as often as their activity says. */
export function drawFrom(people) {
  let sum = 0;
  const ends = people.map(({ activity }) => {
    sum += activity;
    return sum;
  });
  return (uniform) => {
    let low = 0;
    let high = people.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] > uniform * sum) high = middle;
      else low = middle + 1;
    }
    return people[low];
  };
}

export function pick(shares, uniform) {
  let left = uniform;
  for (const [name, share] of Object.entries(shares)) {
    left -= share;
    if (left < 0) return name;
  }
  return Object.keys(shares)[0];
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** mulberry32: the crowd is the same at every start. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
