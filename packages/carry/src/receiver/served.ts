import type { Snapshot } from '@ombre/decide';
import type { Kill } from '../break-glass/kill-order.ts';
import { layKills } from '../break-glass/lay-kills.ts';
import type { Clock } from '../clock.ts';
import { createBoundaryTimer } from './boundary-timer.ts';
import type { Stage } from './stage.ts';

/** What the process decides with: the stage its source has brought it to, and kills of its own laid over it. */
export interface Served {
  /** Undefined until the first has come. */
  readonly stage: Stage | undefined;
  readonly snapshot: Snapshot | undefined;
  /** Serves this stage from now on; `changed` are the flags that answer otherwise for it. */
  swap(stage: Stage, changed: readonly string[]): void;
  /** Other kills are to be laid than before. */
  layAnew(): void;
  /** Time is no longer watched; what is served stays. */
  stop(): void;
}

/** `killsOver` answers what to lay over a stage; `changed` hears, sorted, which flags a swap, a kill or time itself has touched. */
export function createServed(
  clock: Clock,
  killsOver: (stage: Stage) => readonly Kill[],
  changed: (flags: readonly string[]) => void,
): Served {
  const boundaries = createBoundaryTimer(clock, changed);
  let current: Stage | undefined;
  let snapshot: Snapshot | undefined;
  let killed: ReadonlySet<string> = new Set();

  function serve(stage: Stage, touched: readonly string[]): void {
    current = stage;
    const kills = killsOver(stage);
    snapshot = layKills(stage, kills).snapshot;
    boundaries.follow(snapshot);
    const now = new Set(kills.map(({ flag }) => flag));
    const turned = [...killed, ...now].filter((flag) => killed.has(flag) !== now.has(flag));
    killed = now;
    const all = turned.length === 0 ? touched : [...new Set([...touched, ...turned])].sort();
    if (all.length > 0) changed(all);
  }

  return {
    get stage() {
      return current;
    },
    get snapshot() {
      return snapshot;
    },
    swap: serve,
    layAnew() {
      if (current !== undefined) serve(current, []);
    },
    stop: () => boundaries.stop(),
  };
}
