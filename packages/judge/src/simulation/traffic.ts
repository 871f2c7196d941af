import type { RandomStream } from './random.ts';

/** A day of requests to a service that is being released, in words of its operators. */
export type TrafficPlan = {
  readonly seconds: number;
  /** People who come during the day, both arms together. */
  readonly units: number;
  /** Requests of the average person. */
  readonly requestsPerUnit: number;
  /** Spread of activity: people's request counts are log-normal with this σ. */
  readonly activitySigma: number;
  /** Share of people whose client is broken, and how often it fails then. */
  readonly brokenShare: number;
  readonly brokenFailure: number;
  /** How often a healthy request fails on average weather. */
  readonly failure: number;
  /** Weather: an AR(1) process per second that multiplies failures by e^(size · weather). */
  readonly shock: {
    readonly persistence: number;
    readonly size: number;
    readonly each: 'shared' | 'per-arm';
  };
  /** Probability that the new version fails a request that would have gone well. */
  readonly harm: number;
};

/** Requests in the order they arrive; people are numbered in no order that matters. */
export type Traffic = {
  readonly second: Uint32Array;
  readonly unit: Uint32Array;
  readonly failed: Uint8Array;
  /** 1 for people who have the new version, by the toss of a coin. */
  readonly treated: Uint8Array;
  /** Requests and failures of each person on the day before. */
  readonly before: { readonly requests: Uint32Array; readonly failures: Uint32Array };
};

/** The day the acceptance is stated for. */
export const ordinaryDay: TrafficPlan = {
  seconds: 86_400,
  units: 10_000,
  requestsPerUnit: 3,
  activitySigma: 1,
  brokenShare: 0.02,
  brokenFailure: 0.5,
  failure: 0.005,
  shock: { persistence: 0.9, size: 0.7, each: 'shared' },
  harm: 0,
};

/**
 * Plays one day. People come at a uniformly random time, stay for an exponential time of a twelfth of the day on average
 * (until its end at most) and send their requests evenly in between; which version they get never changes.
 */
export function simulateTraffic(plan: TrafficPlan, random: RandomStream): Traffic {
  const { units } = plan;
  const sent = new Uint32Array(units);
  const broken = new Uint8Array(units);
  const treated = new Uint8Array(units);
  const before = { requests: new Uint32Array(units), failures: new Uint32Array(units) };
  let total = 0;
  for (let unit = 0; unit < units; unit++) {
    const activity = Math.exp(plan.activitySigma * random.normal() - plan.activitySigma ** 2 / 2);
    const mean = plan.requestsPerUnit * activity;
    treated[unit] = random.uniform() < 0.5 ? 1 : 0;
    broken[unit] = random.uniform() < plan.brokenShare ? 1 : 0;
    // Who comes at all sends at least one request.
    sent[unit] = 1 + random.poisson(mean);
    total += sent[unit] ?? 0;
    before.requests[unit] = random.poisson(mean);
    const rate = broken[unit] === 1 ? plan.brokenFailure : plan.failure;
    before.failures[unit] = failuresAmong(before.requests[unit] ?? 0, rate, random);
  }
  const { second, unit } = arrivals(plan, sent, total, random);
  const failed = failures(plan, second, unit, { broken, treated }, random);
  return { second, unit, failed, treated, before };
}

/** When each request comes and whose it is, by counting sort over the seconds. */
function arrivals(
  plan: TrafficPlan,
  sent: Uint32Array,
  total: number,
  random: RandomStream,
): Pick<Traffic, 'second' | 'unit'> {
  const { seconds } = plan;
  const when = new Uint32Array(total);
  const who = new Uint32Array(total);
  const perSecond = new Uint32Array(seconds + 1);
  let request = 0;
  for (let unit = 0; unit < sent.length; unit++) {
    const arrival = random.uniform() * seconds;
    const stay = Math.min(seconds - arrival, (-Math.log(1 - random.uniform()) * seconds) / 12);
    for (let i = 0; i < (sent[unit] ?? 0); i++) {
      const second = Math.floor(arrival + (i === 0 ? 0 : random.uniform() * stay));
      when[request] = second;
      who[request] = unit;
      perSecond[second + 1] = (perSecond[second + 1] ?? 0) + 1;
      request += 1;
    }
  }
  for (let second = 0; second < seconds; second++) {
    perSecond[second + 1] = (perSecond[second + 1] ?? 0) + (perSecond[second] ?? 0);
  }
  const unit = new Uint32Array(total);
  const second = new Uint32Array(total);
  for (let i = 0; i < total; i++) {
    const at = when[i] ?? 0;
    const place = perSecond[at] ?? 0;
    perSecond[at] = place + 1;
    unit[place] = who[i] ?? 0;
    second[place] = at;
  }
  return { second, unit };
}

function failures(
  plan: TrafficPlan,
  second: Uint32Array,
  unit: Uint32Array,
  people: { readonly broken: Uint8Array; readonly treated: Uint8Array },
  random: RandomStream,
): Uint8Array {
  const weather = [playWeather(plan, random), playWeather(plan, random)];
  const failed = new Uint8Array(second.length);
  for (let i = 0; i < second.length; i++) {
    const person = unit[i] ?? 0;
    const treated = people.treated[person] ?? 0;
    const sky = weather[plan.shock.each === 'shared' ? 0 : treated]?.[second[i] ?? 0] ?? 1;
    const rate = people.broken[person] === 1 ? plan.brokenFailure : Math.min(1, plan.failure * sky);
    const harmed = treated === 1 ? rate + (1 - rate) * plan.harm : rate;
    failed[i] = random.uniform() < harmed ? 1 : 0;
  }
  return failed;
}

/** Multiplier of the failure rate per second, 1 on average. */
function playWeather(plan: TrafficPlan, random: RandomStream): Float64Array {
  const { persistence, size } = plan.shock;
  const weather = new Float64Array(plan.seconds);
  let state = random.normal();
  for (let second = 0; second < plan.seconds; second++) {
    weather[second] = Math.exp(size * state - (size * size) / 2);
    state = persistence * state + Math.sqrt(1 - persistence ** 2) * random.normal();
  }
  return weather;
}

function failuresAmong(requests: number, rate: number, random: RandomStream): number {
  let count = 0;
  for (let i = 0; i < requests; i++) if (random.uniform() < rate) count += 1;
  return count;
}
