import type { Head } from '@ombre/decide';
import {
  type Acknowledgement,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  coordinate,
  isUnderWay,
  nextWake,
  recover,
  type TwoPhaseChange,
  type TwoPhaseTerms,
  type TwoPhaseView,
} from '@ombre/protocol';
import { oneAfterAnother } from '../one-after-another.ts';
import { StoreError } from '../store/store.ts';
import type { Fence, TwoPhaseAsked, TwoPhaseRow } from '../store/two-phase/two-phase-store.ts';
import { type Begun, busy, early, NO_PLAN, notHere, type TwoPhaseInput } from './begun.ts';
import type { Coordinator, CoordinatorParts, Lease } from './coordinator.ts';
import { createFollower } from './follower.ts';
import { lastRecord, nextRecord } from './next-record.ts';
import { createTelling } from './telling.ts';
import { isUrgent, type Placements, placedBy } from './urgent.ts';
import { viewOf } from './view.ts';
import { isDecision, writeRecord } from './write-record.ts';

/** How long receivers have to stage a change, in milliseconds, where nobody says. */
const DEADLINE = 10_000;
/** A change is planned so often on a head that moves. */
const TRIES = 5;
/** What the store could not write is tried again after so many milliseconds. */
const AGAIN = 500;

type Step = { readonly effects: readonly CoordinatorEffect[] };

/** Coordinates the two-phase changes of one environment while `fence` lets it, from where the record says they stand. */
export function startCoordinator(parts: CoordinatorParts): Coordinator {
  const { environment, store, staging, views, clock, log, news = {} } = parts;
  let state: CoordinatorState | undefined;
  /** The record of `state.change`. */
  let row: TwoPhaseRow | undefined;
  let token: number | undefined;
  let lineage = '';
  let placements: Placements = new Map();
  /** What has to happen next because the change no longer fits. */
  let withdrawn: Extract<CoordinatorEvent, { type: 'withdrawn' }> | undefined;
  let failing = false;
  let closed = false;
  let cancel: (() => void) | undefined;
  let woken = false;
  const follower = createFollower({ environment, store, staging, views, tell: parts.tell });
  const telling = createTelling(parts.tell, () => lineage);
  const { run, idle } = oneAfterAnother();

  function head(): Head {
    const found = views.head(environment)?.head;
    if (found === undefined) throw new Error(`no environment ${environment}`);
    return found;
  }

  /** Whether this process coordinates now; reads the record where another one may have done so meanwhile. */
  async function holds(): Promise<Fence | undefined> {
    const fence = closed ? undefined : parts.fence();
    if (fence === undefined) return undefined;
    if (state === undefined || fence.token !== token || head().lineage !== lineage) await load(fence);
    return state === undefined ? undefined : fence;
  }

  async function load(fence: Fence): Promise<void> {
    state = undefined;
    telling.unprepare();
    telling.decided(undefined);
    const at = head();
    row = await store.last(environment);
    if (row !== undefined && row.lineage !== at.lineage) {
      const ended = lastRecord(row, clock.now());
      if (ended !== undefined) await store.write(environment, ended, fence);
      row = undefined;
    }
    const floor = await store.floor(environment, at.lineage);
    const change = row?.change;
    const base = change?.phase === 'preparing' ? change.base : at.revision;
    const stood = await staging.placedAt(environment, base);
    // Whoever lost the lease while it read would go on from what is old.
    if (parts.fence()?.token !== fence.token) return;
    follower.forget();
    token = fence.token;
    lineage = at.lineage;
    placements = stood;
    if (change?.phase === 'committing') telling.decided(change);
    const begun = recover(terms(), { head: at.revision, floor, change }, clock.monotonic());
    ({ state } = begun);
    if (change !== undefined && isUnderWay(change)) {
      log.info({ environment, change: change.id, phase: change.phase }, 'going on with a two-phase change');
    }
    await perform(begun.effects);
    await look();
    arm();
  }

  function placed(): Placements {
    return new Map((views.placements(environment) ?? []).map((one) => [one.release, one.placement]));
  }

  function terms(asked: TwoPhaseAsked | undefined = row?.asked): TwoPhaseTerms {
    return { lease: parts.lease, deadline: asked?.deadline ?? DEADLINE };
  }

  /** Takes one event: decides, writes, then does. Undefined where it could not be written, and so did not happen. */
  async function step(
    event: CoordinatorEvent,
    fence: Fence,
    asked?: TwoPhaseAsked,
  ): Promise<Step | undefined> {
    if (state === undefined) return undefined;
    const before = state;
    const { state: after, effects } = coordinate(terms(asked), before, event, clock.monotonic());
    const { change } = after;
    if (change !== undefined && change !== before.change) {
      const known = row?.change.id === change.id ? row : undefined;
      const wanted = known?.asked ?? asked;
      if (wanted === undefined) return undefined;
      const next = nextRecord(known, wanted, { lineage, before, event, change }, clock.now());
      if (!(await write(before.change, next, fence))) return undefined;
      row = next;
      if (!isUnderWay(change)) telling.unprepare();
      if (next.endedAt !== null && (change.phase === 'committed' || change.phase === 'aborted')) {
        news.ended?.(change.phase, next.decidedAt === null ? undefined : next.endedAt - next.decidedAt);
        log.info(
          { environment, change: change.id, why: change.why },
          `a two-phase change is ${change.phase}`,
        );
      }
    }
    state = after;
    await perform(effects);
    return { effects };
  }

  /** False where it did not happen: then the record is read again, or what comes next follows from why. */
  async function write(was: TwoPhaseChange | undefined, next: TwoPhaseRow, fence: Fence): Promise<boolean> {
    const { change } = next;
    const decides = isDecision(was, change);
    // Its delta goes out before the store has answered here, and takes the word along.
    if (decides) telling.decided(change);
    const written = await writeRecord({ store, staging }, environment, was, next, fence);
    if (decides && written !== 'written') telling.decided(undefined);
    if (typeof written === 'object') {
      if ('lost' in written) return lost(written.lost);
      withdrawn = { type: 'withdrawn', id: change.id, why: written.withdrawn };
      return false;
    }
    // `moved` follows, from whatever took the revision.
    if (written === 'moved') return false;
    failing = false;
    if (written === 'fenced') state = undefined;
    else if (decides) await parts.serves(change.base + 1);
    return written === 'written';
  }

  /** Nobody knows whether it was written: the record is read again, which may say that it was. */
  function lost(why: string): false {
    if (!failing)
      log.warn({ environment, why }, 'a two-phase change could not be written; it is tried again');
    failing = true;
    state = undefined;
    return false;
  }

  async function perform(effects: readonly CoordinatorEffect[]): Promise<void> {
    for (const effect of effects) {
      if (effect.type === 'prepare') await prepare(effect.change);
      if (effect.type === 'abort') telling.abort(effect.change);
      if (effect.type === 'commit') telling.commit(effect.change, views.head(environment));
    }
    if (state?.change === undefined || !isUnderWay(state.change)) telling.decided(undefined);
  }

  async function prepare(change: TwoPhaseChange): Promise<void> {
    telling.unprepare();
    if (row === undefined) return;
    const made = await staging.prepare(environment, change, row.asked);
    // Others went in since: `moved` comes, and a version on the head.
    if (!made.ok && made.code === 'MOVED') return;
    if (!made.ok) {
      withdrawn = { type: 'withdrawn', id: change.id, why: made.message };
      return;
    }
    telling.prepare(change, made.text);
  }

  /** Lets the machine know what became a revision meanwhile. */
  async function look(): Promise<void> {
    const fence = parts.fence();
    if (state === undefined || fence === undefined || fence.token !== token) return;
    const { revision } = head();
    if (revision > state.head) {
      if (state.change?.phase === 'preparing') {
        for (const logged of await staging.since(environment, state.head)) {
          const { revision: at, names } = logged.change;
          const urgent = isUrgent(logged, placements);
          placements = placedBy(logged, placements);
          await step({ type: 'moved', revision: at, names, urgent }, fence);
        }
      } else {
        await step({ type: 'moved', revision, names: [], urgent: false }, fence);
        placements = placed();
      }
    }
    if (withdrawn !== undefined) {
      const event = withdrawn;
      withdrawn = undefined;
      await step(event, fence);
    }
  }

  function arm(): void {
    cancel?.();
    const due = state === undefined ? (failing ? 0 : undefined) : nextWake(state);
    if (due === undefined || closed) return;
    // A timer may come a little early.
    const wait = Math.max(failing ? AGAIN : 1, due - clock.monotonic());
    cancel = clock.after(wait, () => {
      void quietly(async () => {
        const fence = await holds();
        if (fence === undefined) return;
        await look();
        await step({ type: 'wake' }, fence);
        await look();
      });
    });
  }

  /** Work that nobody waits for. */
  function quietly(work: () => Promise<void>): Promise<void> {
    return run(async () => {
      try {
        await work();
      } catch (error) {
        lost(error instanceof Error ? error.message : String(error));
      }
      arm();
    });
  }

  async function begin(input: TwoPhaseInput): Promise<Begun> {
    const fence = await holds();
    if (fence === undefined || state === undefined) return notHere();
    await look();
    const known = await store.find(environment, input.id);
    if (known !== undefined && input.dryRun !== true) {
      const change = view(known);
      return { ok: true, plan: NO_PLAN, members: change.members, change };
    }
    const { change: open } = state;
    if (open !== undefined && isUnderWay(open) && input.dryRun !== true) return busy(open);
    let planned = await staging.plan(environment, input);
    await look();
    // Where much changes the head moves while this is planned on it.
    for (let tries = 1; tries < TRIES && planned.ok && planned.base !== state?.head; tries += 1) {
      planned = await staging.plan(environment, input);
      await look();
    }
    if (!planned.ok) return planned;
    if (state === undefined) return notHere();
    const { plan, base, puts, deletes } = planned;
    const now = clock.monotonic();
    const members = Object.entries(state.leases)
      .flatMap(([name, until]) => (until > now ? [name] : []))
      .sort();
    if (plan.writes.length === 0 || input.dryRun === true) {
      return { ok: true, plan, members, change: undefined };
    }
    const { id, origin, author, why, deadline = DEADLINE } = input;
    const asked: TwoPhaseAsked = { origin, puts, deletes, author, why, deadline, at: clock.now() };
    const done = await step({ type: 'begin', id, base, touches: plan.names }, fence, asked);
    if (done === undefined) return notHere();
    const [refused] = done.effects.flatMap((effect) => (effect.type === 'refuse' ? [effect] : []));
    if (refused?.code === 'EARLY') return early(Math.ceil(refused.until - now));
    if (refused !== undefined || row === undefined) {
      return { ok: false, code: 'CONFLICT', message: 'The head moved while this was planned; ask again.' };
    }
    placements = placed();
    await look();
    const change = view(row);
    return { ok: true, plan, members: change.members, change };
  }

  async function acknowledged({ receiver, lineage: of, revision, staged }: Acknowledgement): Promise<Lease> {
    const fence = await holds();
    if (fence === undefined) return 'elsewhere';
    const event: CoordinatorEvent = {
      type: 'acknowledged',
      receiver,
      revision: of === lineage ? revision : -1,
      ...(staged === undefined ? {} : { staged }),
    };
    const done = await step(event, fence);
    // The vote that decides may find another head.
    await look();
    const granted = done?.effects.some((effect) => effect.type === 'lease' && effect.granted) === true;
    return granted && parts.fence()?.token === fence.token ? 'granted' : 'refused';
  }

  function view(of: TwoPhaseRow): TwoPhaseView {
    const own = state?.change?.id === of.change.id ? state : undefined;
    return viewOf(of, own, clock.monotonic());
  }

  return {
    begin: (input) =>
      run(async () => {
        try {
          return await begin(input);
        } finally {
          arm();
        }
      }),

    find: (id) =>
      run(async () => {
        await holds();
        if (row?.change.id === id) return view(row);
        const found = await store.find(environment, id);
        return found && view(found);
      }),

    acknowledged: (acknowledgement) =>
      run(async () => {
        try {
          return await acknowledged(acknowledgement);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          // What is not known here earns no lease, but is heard all the same.
          lost(error.message);
          return 'elsewhere';
        } finally {
          arm();
        }
      }),

    wake() {
      if (woken || closed) return;
      woken = true;
      void quietly(async () => {
        woken = false;
        if ((await holds()) !== undefined) return look();
        await follower.look();
        parts.followed?.();
      });
    },

    before: (signed) => (parts.fence() === undefined ? follower.before(signed) : telling.before(signed)),
    opening: () => (parts.fence() === undefined ? follower.opening() : telling.opening(state?.change)),
    get follows() {
      return parts.fence() === undefined ? { staged: follower.staged } : undefined;
    },
    get underWay() {
      return state?.change !== undefined && isUnderWay(state.change) ? state.change : undefined;
    },
    async close() {
      closed = true;
      cancel?.();
      await idle();
    },
  };
}
