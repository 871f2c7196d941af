/** Cumulative counts of an arm. */
export interface ArmCount {
  readonly ended: number;
  readonly failures: number;
}

interface Sample {
  readonly at: number;
  /** How many gateways these are the counts of. */
  readonly sources: number;
  readonly treatment: ArmCount;
  readonly control: ArmCount;
  readonly rest: ArmCount;
}

/** What each side had. */
export interface SideRates {
  readonly treatment: Rate;
  readonly control: Rate;
  /** Neither: served the old version too. */
  readonly rest: Rate;
}

export interface Rate {
  readonly requestsPerSecond: number;
  /** Null where nothing ended. */
  readonly errorRate: number | null;
}

/** What each side had over the last seconds. */
export interface Rates {
  add(at: number, counts: Omit<Sample, 'at'>): void;
  /** Over so many ms up to the last sample, at most and unless said five seconds. */
  read(over?: number): SideRates;
}

/** Milliseconds looked back over, and between two samples that are kept. */
const WINDOW = 5_000;
const APART = 500;

export function createRates(): Rates {
  let samples: readonly Sample[] = [];
  return {
    add(at, { sources, treatment, control, rest }) {
      const newest = samples.at(-1);
      const before = samples.at(-2);
      const kept = before !== undefined && at - before.at < APART ? samples.slice(0, -1) : samples;
      // A smaller count begins anew: whoever counted is gone, or another climb is counted. So does that of a gateway heard again, which
      // brings at once what it counted meanwhile.
      const again =
        newest !== undefined &&
        (sources > newest.sources ||
          treatment.ended < newest.treatment.ended ||
          control.ended < newest.control.ended ||
          rest.ended < newest.rest.ended);
      samples = [
        ...(again ? [] : kept.filter((one) => at - one.at <= WINDOW)),
        { at, sources, treatment, control, rest },
      ];
    },
    read(over = WINDOW) {
      const last = samples.at(-1);
      const first = samples.find(({ at }) => last !== undefined && last.at - at <= over);
      const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000;
      const rate = (arm: keyof SideRates): Rate => {
        if (first === undefined || last === undefined || seconds <= 0)
          return { requestsPerSecond: 0, errorRate: null };
        const ended = Math.max(0, last[arm].ended - first[arm].ended);
        const failures = Math.min(ended, Math.max(0, last[arm].failures - first[arm].failures));
        return { requestsPerSecond: ended / seconds, errorRate: ended === 0 ? null : failures / ended };
      };
      return { treatment: rate('treatment'), control: rate('control'), rest: rate('rest') };
    },
  };
}
