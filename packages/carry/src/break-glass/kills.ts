import type { Clock } from '../clock.ts';
import type { Keyring } from '../receiver/keyring.ts';
import type { Stage } from '../receiver/stage.ts';
import { type Kill, type KillOrder, type KillRefusal, readKill } from './kill-order.ts';
import { isKilled } from './lay-kills.ts';

/** The kills this receiver carries out by itself, until they run out or the control plane takes them over. */
export interface Kills {
  /** As they were signed, for peers and for the disk. */
  readonly orders: readonly KillOrder[];
  /** Takes up what was on disk; what is not signed, or of another environment, is dropped. */
  restore(orders: readonly KillOrder[], environment: string): void;
  accept(
    order: KillOrder,
    stage: Stage,
  ): { readonly ok: true } | { readonly ok: false; readonly code: KillRefusal };
  /** Those to lay over a stage, one a flag; forgets the rest. */
  settle(stage: Stage): readonly Kill[];
}

export function createKills(keyring: Keyring | undefined, clock: Clock): Kills {
  let held: readonly { readonly order: KillOrder; readonly kill: Kill }[] = [];

  function hold(order: KillOrder, kill: Kill): void {
    held = [...held.filter((one) => one.kill.id !== kill.id), { order, kill }];
  }

  return {
    get orders() {
      return held.filter(({ kill }) => kill.expires > clock.now()).map(({ order }) => order);
    },
    restore(orders, environment) {
      if (keyring === undefined) return;
      for (const order of orders) {
        const read = readKill(order, keyring, { environment }, clock.now());
        if (read.ok) hold(order, read.kill);
      }
    },
    accept(order, { head, snapshot }) {
      if (keyring === undefined) return { ok: false, code: 'KILL_UNSUPPORTED' };
      const read = readKill(order, keyring, head, clock.now());
      if (!read.ok) return read;
      if (!snapshot.flags.includes(read.kill.flag)) return { ok: false, code: 'KILL_UNKNOWN_FLAG' };
      hold(order, read.kill);
      return { ok: true };
    },
    settle(stage) {
      if (held.length === 0) return [];
      const flags = new Set(stage.snapshot.flags);
      held = held.filter(({ kill }) => kill.expires > clock.now() && !isKilled(stage, kill.flag));
      const longest = held.map(({ kill }) => kill).sort((a, b) => a.expires - b.expires);
      return [...new Map(longest.map((kill) => [kill.flag, kill])).values()].filter(({ flag }) =>
        flags.has(flag),
      );
    },
  };
}
