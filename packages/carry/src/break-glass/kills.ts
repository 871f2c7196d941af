import type { Clock } from '../clock.ts';
import type { Keyring } from '../receiver/keyring.ts';
import type { Stage } from '../receiver/stage.ts';
import { glassKeyOf } from './glass-key.ts';
import { type Kill, type KillAnswer, type KillOrder, readKill } from './kill-order.ts';
import { isCovered } from './lay-kills.ts';

/** Where the control plane had taken a kill over: from this revision of this lineage on its word counts, also when it lifts the kill. */
export interface TakenOver {
  readonly lineage: string;
  readonly revision: number;
}

/** An order with what this receiver knows of it; kept on disk until it runs out. */
export interface KeptKill {
  readonly order: KillOrder;
  /** It was verified here against the lineage of its time. */
  readonly accepted: boolean;
  readonly taken?: TakenOver;
}

export interface Held extends KeptKill {
  readonly kill: Kill;
}

/** The kills of a receiver: those it carries out by itself, and those that the control plane has taken over, until they run out. */
export interface Kills {
  /** Those carried out here, as they were signed. */
  active(stage: Stage): readonly Held[];
  /** Verifies and takes up an order, or what was kept of it. True: something is new, so lay anew and keep it. */
  accept(kept: KeptKill, stage: Stage): KillAnswer & { readonly fresh?: boolean };
  /** The control plane has it since this revision. */
  take(id: string, taken: TakenOver): void;
  /** Marks those that a snapshot covers by itself as taken over, forgets what ran out, and answers whose mark is new. */
  settle(stage: Stage): readonly Held[];
  /** Those to lay over a stage, one a flag. */
  toLay(stage: Stage): readonly Kill[];
}

/** `given`: the operator's key, which counts instead of the one in the snapshot. */
export function createKills(given: Keyring | undefined, clock: Clock): Kills {
  let held: readonly Held[] = [];

  const isActive = ({ kill, taken }: Held, { head }: Stage): boolean =>
    kill.expires > clock.now() &&
    !(taken !== undefined && taken.lineage === head.lineage && taken.revision <= head.revision);

  const take = (id: string, taken: TakenOver): void => {
    held = held.map((one) => (one.kill.id === id ? { ...one, taken } : one));
  };

  return {
    active: (stage) => held.filter((one) => isActive(one, stage)),

    accept(kept, stage) {
      const { order, accepted, taken } = kept;
      const keyring = given ?? glassKeyOf(stage.encoded);
      if (keyring === undefined) return { ok: false, code: 'KILL_UNSUPPORTED' };
      const { environment } = stage.head;
      const read = readKill(order, keyring, accepted ? { environment } : stage.head, clock.now());
      if (!read.ok) return read;
      const { kill } = read;
      const known = held.find((one) => one.kill.id === kill.id);
      if (known !== undefined) {
        if (known.taken === undefined && taken !== undefined) take(kill.id, taken);
        return isActive(known, stage) ? { ok: true } : { ok: false, code: 'KILL_TAKEN_OVER' };
      }
      if (!accepted && !stage.snapshot.flags.includes(kill.flag))
        return { ok: false, code: 'KILL_UNKNOWN_FLAG' };
      held = [...held, { order, kill, accepted: true, ...(taken === undefined ? {} : { taken }) }];
      return { ok: true, fresh: true };
    },

    take,

    settle(stage) {
      if (held.length === 0) return [];
      const { lineage, revision } = stage.head;
      const marked: Held[] = [];
      held = held
        .filter(({ kill }) => kill.expires > clock.now())
        .map((one) => {
          if (!isActive(one, stage) || !isCovered(stage, one.kill)) return one;
          const settled = { ...one, taken: { lineage, revision } };
          marked.push(settled);
          return settled;
        });
      return marked;
    },

    toLay(stage) {
      if (held.length === 0) return [];
      const flags = new Set(stage.snapshot.flags);
      const longest = held
        .filter((one) => isActive(one, stage))
        .map(({ kill }) => kill)
        .sort((a, b) => a.expires - b.expires);
      return [...new Map(longest.map((kill) => [kill.flag, kill])).values()].filter(({ flag }) =>
        flags.has(flag),
      );
    },
  };
}
