import { median, quantile } from './quantile.ts';

/** Something to time: answers item after item. Each has a loop of its own, so that one's calls do not shape another's code. */
export interface Subject {
  readonly name: string;
  /** The subject whose time it is set against: the same question, answered by hand. */
  readonly bound: string;
  /** Does the work for `count` items, from the first on and around. */
  readonly run: (count: number) => void;
}

/** Keeps answers from being optimised away. */
const sink: unknown[] = new Array(16).fill(undefined);

/** A subject that asks one function about each item. */
export function subject<T>(
  name: string,
  bound: string,
  items: readonly T[],
  call: (item: T) => unknown,
): Subject {
  // The loop is compiled anew for each subject.
  const make = new Function(
    'items',
    'call',
    'sink',
    `let at = 0;
     return (count) => {
       for (let n = 0; n < count; n++) {
         sink[n & 15] = call(items[at]);
         if (++at === items.length) at = 0;
       }
     };`,
  ) as (items: readonly T[], call: (item: T) => unknown, sink: unknown[]) => (count: number) => void;
  return { name, bound, run: make(items, call, sink) };
}

/** A subject that asks one of many functions, each item another. */
export function subjectOfMany<T>(
  name: string,
  bound: string,
  items: readonly T[],
  calls: readonly ((item: T) => unknown)[],
  order: readonly number[],
): Subject {
  const make = new Function(
    'items',
    'calls',
    'order',
    'sink',
    `let at = 0;
     return (count) => {
       for (let n = 0; n < count; n++) {
         sink[n & 15] = calls[order[at]](items[at]);
         if (++at === items.length) at = 0;
       }
     };`,
  ) as (...parts: unknown[]) => (count: number) => void;
  return { name, bound, run: make(items, calls, order, sink) };
}

export interface Timing {
  readonly name: string;
  /** Nanoseconds a call: the lower quartile of the rounds. */
  readonly ns: number;
  /** That by the bound's. */
  readonly ratio: number;
  /** Bytes allocated a call. */
  readonly bytes: number;
}

export interface Effort {
  readonly rounds: number;
  /** Milliseconds a subject runs in a round. */
  readonly slice: number;
  /** Calls before anything is timed, or three seconds of them. */
  readonly warmUp: number;
}

/**
 * Times subjects against their bounds. In each of many short rounds all run one after the other, so that a noisy neighbour hits all of them. A
 * round in which the machine gave the time to somebody else says nothing, so what counts is the lower quartile.
 */
export function compare(subjects: readonly Subject[], { rounds, slice, warmUp }: Effort): Timing[] {
  const counts = subjects.map((one) => {
    warm(one, warmUp);
    const probes = Array.from({ length: 20 }, () => timed(one, 1000));
    return Math.max(50, Math.round((slice * 1e6) / quartile(probes)));
  });
  const times: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, one] of subjects.entries()) times[index]?.push(timed(one, counts[index] ?? 1));
  }
  const nanoseconds = new Map(subjects.map(({ name }, index) => [name, quartile(times[index] ?? [])]));
  return subjects.map((one) => {
    const ns = nanoseconds.get(one.name) ?? Number.NaN;
    return {
      name: one.name,
      ns,
      ratio: ns / (nanoseconds.get(one.bound) ?? Number.NaN),
      bytes: bytesPerCall(one),
    };
  });
}

function warm(one: Subject, calls: number): void {
  const until = process.hrtime.bigint() + 3_000_000_000n;
  for (let done = 0; done < calls && process.hrtime.bigint() < until; done += 10_000) one.run(10_000);
}

function timed(one: Subject, count: number): number {
  const start = process.hrtime.bigint();
  one.run(count);
  return Number(process.hrtime.bigint() - start) / count;
}

/** Heap growth over calls too few for a collection to come between, mostly; the median of many tries. */
function bytesPerCall(one: Subject): number {
  const calls = 200;
  const growth = (count: number) => {
    const before = process.memoryUsage().heapUsed;
    one.run(count);
    return process.memoryUsage().heapUsed - before;
  };
  const tries = (count: number) => median(Array.from({ length: 31 }, () => growth(count)));
  return Math.max(0, (tries(calls) - tries(0)) / calls);
}

function quartile(values: readonly number[]): number {
  return quantile(values, 0.25);
}
