import type { Clock } from '../clock.ts';
import type { Problem } from '../problem.ts';
import type { Keyring } from '../receiver/keyring.ts';
import { createPacer } from '../receiver/pacer.ts';
import type { Stage } from '../receiver/stage.ts';
import type { TakingOver } from '../source.ts';
import type { AskPeer } from './ask-peer.ts';
import type { KillFolder } from './kill-folder.ts';
import { KILL_REFUSALS, type Kill, type KillAnswer, type KillOrder } from './kill-order.ts';
import { createKills, type KeptKill } from './kills.ts';

/** Milliseconds between looks into the state directory, between questions to peers, and before a hand-over is tried again. */
const [LOOK, ASK, AGAIN] = [250, 2_000, 5_000];
/** Hand-overs begin at least this far apart, in milliseconds. */
const PACE = 1_000;

/** What a receiver lends its break-glass. */
export interface BreakGlassParts {
  /** The operator's key; absent: the one in the snapshot. */
  readonly given: Keyring | undefined;
  readonly clock: Clock;
  readonly folder: KillFolder | undefined;
  readonly peers: readonly AskPeer[];
  /** Who takes kills over, where the source can. */
  readonly source: Partial<TakingOver>;
  stage(): Stage | undefined;
  /** Whether the source answers, and in the lineage that is served. */
  isLinked(): boolean;
  /** Lays the kills over what serves. */
  lay(): void;
  report(problem: Problem): void;
}

/** Kills that reach a receiver while the control plane is away: by its door, its state directory and its peers; and their way back. */
export interface BreakGlass {
  /** The kills carried out here, as they were signed. */
  readonly orders: readonly KillOrder[];
  /** Takes up what is on disk, so that the first snapshot is served with it. */
  load(environment: string): Promise<void>;
  /** Carries an order out at once; settles when it is on disk. */
  accept(order: KillOrder): Promise<KillAnswer>;
  /** The kills to lay over a stage that begins to serve. */
  layOver(stage: Stage): readonly Kill[];
  /** The source answers: what it does not have yet is handed over. */
  linked(): void;
  stop(): void;
}

export function createBreakGlass(parts: BreakGlassParts): BreakGlass {
  const { clock, folder, peers, source } = parts;
  const kills = createKills(parts.given, clock);
  const life = new AbortController();
  const timers = new Set<() => void>();
  /** Signatures of orders that were reported as refused, and of those that the control plane will not have. */
  const [reported, unwanted] = [new Set<string>(), new Set<string>()];
  let waiting: readonly KeptKill[] = [];
  let begun = false;

  function repeat(every: number, work: (stage: Stage) => Promise<void>): void {
    const cancel = clock.after(every, () => {
      timers.delete(cancel);
      const stage = parts.stage();
      void (stage === undefined ? Promise.resolve() : work(stage)).finally(() => {
        if (!life.signal.aborted) repeat(every, work);
      });
    });
    timers.add(cancel);
  }

  async function keep(environment: string, kept: KeptKill): Promise<void> {
    const problem = await folder?.write(environment, kept);
    if (problem !== undefined) parts.report(problem);
  }

  /** Takes up orders that came by themselves; answers whether there is something new to lay. */
  function take(found: readonly KeptKill[], stage: Stage, from: 'disk' | 'peer'): boolean {
    let fresh = false;
    for (const kept of found) {
      const result = kills.accept(kept, stage);
      if (result.ok && result.fresh === true) {
        fresh = true;
        if (!kept.accepted) void keep(stage.head.environment, { ...kept, accepted: true });
      }
      if (!result.ok && from === 'disk') {
        if (result.code === 'KILL_EXPIRED') void folder?.remove(stage.head.environment, kept.order);
        if (result.code !== 'KILL_TAKEN_OVER' && !(result.code === 'KILL_EXPIRED' && kept.accepted))
          refuse(kept.order, `in the state directory: ${KILL_REFUSALS[result.code]}`);
      }
    }
    return fresh;
  }

  function refuse({ signature, payload }: KillOrder, why: string): void {
    if (reported.has(signature)) return;
    reported.add(signature);
    parts.report({ code: 'KILL_REFUSED', detail: `${why}: ${payload.slice(0, 300)}` });
  }

  function offer(found: readonly KeptKill[], from: 'disk' | 'peer'): void {
    const stage = parts.stage();
    if (stage === undefined || life.signal.aborted || !take(found, stage, from)) return;
    parts.lay();
    handOver.request();
  }

  function begin(): void {
    begun = true;
    if (folder !== undefined)
      repeat(LOOK, async ({ head }) => offer(await folder.read(head.environment), 'disk'));
    if (peers.length > 0)
      repeat(ASK, async () => {
        const answers = await Promise.all(peers.map((ask) => ask(life.signal)));
        offer(
          answers.flat().map((order) => ({ order, accepted: false })),
          'peer',
        );
      });
  }

  const handOver = createPacer(clock, PACE, async () => {
    const stage = parts.stage();
    if (source.takeOver === undefined || stage === undefined || !parts.isLinked()) return;
    const { environment, lineage } = stage.head;
    for (const { order, kill, taken } of kills.active(stage)) {
      if (taken?.lineage === lineage || unwanted.has(order.signature)) continue;
      try {
        const answer = await source.takeOver(order, life.signal);
        if (!answer.ok) {
          unwanted.add(order.signature);
          refuse(order, `by the control plane (${answer.detail})`);
          continue;
        }
        const since = { lineage, revision: answer.revision };
        kills.take(kill.id, since);
        await keep(environment, { order, accepted: true, taken: since });
        parts.lay();
      } catch {
        const cancel = clock.after(AGAIN, () => {
          timers.delete(cancel);
          handOver.request();
        });
        timers.add(cancel);
        return;
      }
    }
  });

  return {
    get orders() {
      const stage = parts.stage();
      return stage === undefined ? [] : kills.active(stage).map(({ order }) => order);
    },
    async load(environment) {
      waiting = (await folder?.read(environment)) ?? [];
    },
    async accept(order) {
      const stage = parts.stage();
      if (stage === undefined) return { ok: false, code: 'KILL_UNSUPPORTED' };
      const result = kills.accept({ order, accepted: false }, stage);
      if (!result.ok) return result;
      if (result.fresh === true) {
        parts.lay();
        await keep(stage.head.environment, { order, accepted: true });
        handOver.request();
      }
      return { ok: true };
    },
    layOver(stage) {
      const found = waiting;
      waiting = [];
      take(found, stage, 'disk');
      for (const kept of kills.settle(stage)) void keep(stage.head.environment, kept);
      if (!begun) begin();
      return kills.toLay(stage);
    },
    linked: () => handOver.request(),
    stop() {
      life.abort();
      handOver.stop();
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
