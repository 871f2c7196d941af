import type { Clock } from '@ombre/carry';
import type { Log } from '../http/log.ts';
import type { Node, NodeStore } from '../store/nodes/node-store.ts';

/** That this process is there, said to the others on its database. */
export interface Presence {
  /** Says it, and goes on saying it. A database that is away is told when it is back. */
  begin(node: Node): Promise<void>;
  /** Takes leave. */
  close(): Promise<void>;
}

/** A process is taken to be there for so long after it last said so, and says so this often, in ms. */
const TERM = 5_000;
const EACH = 1_000;
/** What ended is forgotten after so long, looked for this often, in ms. */
const KEPT = 3_600_000;
const SWEEP = 60_000;

export function createPresence(options: {
  readonly nodes: Pick<NodeStore, 'announce' | 'forget' | 'leave'>;
  /** What a process is called among receivers. */
  readonly receiver: (node: string) => string;
  readonly clock: Clock;
  readonly log: Log;
}): Presence {
  const { nodes, clock, log } = options;
  let here: Node | undefined;
  let swept = clock.monotonic();
  let cancel: () => void = () => {};
  let saying: Promise<void> = Promise.resolve();

  async function say(node: Node): Promise<void> {
    try {
      await nodes.announce(node, TERM);
      if (clock.monotonic() - swept < SWEEP) return;
      swept = clock.monotonic();
      await nodes.forget(KEPT);
    } catch (error) {
      log.debug({ error: String(error) }, 'the other processes cannot be told that this one is there');
    }
  }

  async function go(node: Node): Promise<void> {
    saying = say(node);
    await saying;
    if (here === node) cancel = clock.after(EACH, () => void go(node));
  }

  return {
    begin(node) {
      here = node;
      return go(node);
    },
    async close() {
      const node = here;
      here = undefined;
      cancel();
      await saying;
      if (node !== undefined) await nodes.leave(node.id, options.receiver(node.id)).catch(() => {});
    },
  };
}
