import { betaQuantile } from '../distributions/beta.ts';
import { prepareDay } from './day.ts';
import { randomStream } from './random.ts';
import { simulateTraffic, type TrafficPlan } from './traffic.ts';
import { alwaysValidWatchers, type Claim, naiveWatchers, plannedWatchers, type Watcher } from './watchers.ts';

/** How often a method called the arms different over the days that were played. */
export type AcceptanceRow = {
  readonly method: string;
  readonly claim: Claim;
  readonly days: number;
  readonly rejections: number;
  readonly share: number;
  /** Upper end of the one-sided 99 % Clopper–Pearson interval of the share. */
  readonly upper99: number;
  /** Second of the first rejection, median over the days that had one. */
  readonly medianSecond?: number;
};

const families: readonly (readonly [Claim, Readonly<Record<string, Watcher>>])[] = [
  ['every second', alwaysValidWatchers],
  ['planned looks', plannedWatchers],
  ['none', naiveWatchers],
];

/** How many days to play, from which seed on, and the level of every method. */
export type AcceptanceOptions = { readonly days: number; readonly alpha: number; readonly firstSeed: number };

/**
 * Plays days of traffic and lets every method watch each of them, a look a second. `onDay` hears after each day how many are done.
 */
export function acceptance(
  plan: TrafficPlan,
  options: AcceptanceOptions,
  onDay: (done: number) => void = () => {},
): readonly AcceptanceRow[] {
  const methods = families.flatMap(([claim, watchers]) =>
    Object.entries(watchers).map(([method, watcher]) => ({ method, watcher, claim })),
  );
  const found = methods.map((): number[] => []);
  for (let played = 0; played < options.days; played++) {
    const day = prepareDay(simulateTraffic(plan, randomStream(options.firstSeed + played)), plan);
    methods.forEach(({ watcher }, i) => {
      const second = firstRejection(watcher, day, options.alpha);
      if (second !== undefined) found[i]?.push(second);
    });
    onDay(played + 1);
  }
  return methods.map(({ method, claim }, i) => {
    const seconds = (found[i] ?? []).sort((a, b) => a - b);
    const median = seconds[Math.floor(seconds.length / 2)];
    return {
      method,
      claim,
      days: options.days,
      rejections: seconds.length,
      share: seconds.length / options.days,
      upper99: upper99(seconds.length, options.days),
      ...(median === undefined ? {} : { medianSecond: median }),
    };
  });
}

/** Upper end of the one-sided 99 % Clopper–Pearson interval for a share (Biometrika 1934). */
export function upper99(rejections: number, days: number): number {
  return rejections === days ? 1 : betaQuantile(0.99, rejections + 1, days - rejections);
}

function firstRejection(
  watcher: Watcher,
  day: ReturnType<typeof prepareDay>,
  alpha: number,
): number | undefined {
  const rejects = watcher(day, alpha);
  const last = day.moments.length - 1;
  return day.moments.find((moment, i) => rejects(moment, i === last))?.second;
}
