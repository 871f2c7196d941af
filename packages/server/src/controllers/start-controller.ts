import type { Counters } from '@ombre/protocol';
import { createLedger, type Ledger, REMEMBERED } from '@ombre/release';
import type { ReceiversSeen } from '../nodes/receivers-seen.ts';
import type { ProgressWrite } from '../store/progress/progress-store.ts';
import { advanceRelease, type Draft, sameProgress } from './advance-release.ts';
import type { Controller, ControllerParts } from './controller.ts';
import { createFlagTraffic } from './flag-traffic.ts';
import { type Followed, followAgain } from './followed.ts';
import { createHalt } from './halt.ts';
import { openInbox } from './inbox.ts';
import { keepLease } from './keep-lease.ts';
import { createMeasuredWatchers } from './measured-watchers.ts';
import { noticeChanges } from './notice-changes.ts';
import { createPerforming } from './performing.ts';
import type { PinWatch } from './pins.ts';
import { isOver, lastWrite, progressWrite } from './progress-writes.ts';
import { steadyTime } from './steady-time.ts';
import { type Moment, timePasses } from './time-passes.ts';
import { APART, TICK, takeTurns, type Why } from './turns.ts';

/** A tick later than this finds inputs that are too old to decide by. */
export const LATE = 3_000;
/** Time that passed is written this often; a crash loses no more of it. */
const ACCRUED = 5_000;
/** Receivers need so long, in ms, to be heard again after this process began. */
const UNHEARD = 2_000;
/** Milliseconds of one slice of a pass. */
const SLICE = 8;

/** What some turn makes of releases, and how many of the events that waited for each it took. */
type Drafts = ReadonlyMap<Followed, { readonly draft: Draft; readonly taken: number }>;

/** Takes the lease of the environment when it is free, and while it holds it lets every release climb. */
export function startController(parts: ControllerParts): Controller {
  const { environment, holder, store, progress, views, clock, log, news = {} } = parts;
  const breathe = parts.breathe ?? (() => new Promise<void>((resolve) => setImmediate(resolve)));
  const time = steadyTime(clock);
  const began = clock.monotonic();

  const followed = new Map<string, Followed>();
  const pins = new Map<string, PinWatch>();
  const watchers = createMeasuredWatchers(clock, parts.provider);
  const inbox = openInbox(environment, progress, followed);
  /** Number of the last line of history of releases that are not followed. */
  let lines: Record<string, number> = {};
  let ledger: Ledger = createLedger();
  let traffic = createFlagTraffic();
  let restarted = false;
  /** What is known may not be what was written. */
  let stale = false;
  let seenRevision = -1;
  let written = began;
  /** As they were at the last tick. */
  let receiversThen: ReceiversSeen | undefined;

  const halt = createHalt({ environment, clock, time, log });
  const lease = keepLease({ store, name: `controller/${environment}`, holder, clock, lost });
  const turns = takeTurns({
    clock,
    holds: () => lease.tenure !== undefined,
    turn,
    failed(error) {
      stale = true;
      halt.failed(error);
    },
  });
  const perform = createPerforming({
    environment,
    commands: parts.commands,
    views,
    effects: parts.effects ?? {},
    clock,
    log,
    tenure: () => lease.tenure,
    fenced: lease.doubt,
    wake: turns.wake,
    performed: (kind, result) => news.performed?.(kind, result),
  });

  // ---- who

  /** Whether this process decides. Everything is read anew when it did not all the time. */
  async function holds(): Promise<boolean> {
    const kept = await lease.keep();
    if (kept === 'elsewhere') return false;
    if (kept === 'anew') stale = true;
    if (stale) await reload();
    return true;
  }

  function lost(why: string): void {
    log.warn({ environment, why }, 'releases are no longer controlled here');
    watchers.close();
    followed.clear();
    pins.clear();
    inbox.forget();
    ledger = createLedger();
    traffic = createFlagTraffic();
    seenRevision = -1;
  }

  /** Reads what was written: after taking over, and after a write of which nobody knows whether it went in. */
  async function reload(): Promise<void> {
    const kept = await progress.load(environment);
    lines = { ...kept.lines };
    restarted ||= kept.rows.length > 0;
    inbox.forget();
    const known = new Set(kept.rows.map(({ release }) => release));
    for (const name of followed.keys()) if (!known.has(name)) forget(name);
    for (const row of kept.rows) {
      const one = followed.get(row.release);
      if (one === undefined) {
        const resource = views.resource(environment, `Release/${row.release}`);
        followed.set(row.release, followAgain(row, kept, resource?.origin));
        continue;
      }
      if (one.version !== row.version)
        Object.assign(one, { version: row.version, state: row.state, facts: row.facts });
      one.lines = lines[row.release] ?? 0;
    }
    stale = false;
    seenRevision = -1;
    for (const open of kept.open) {
      const one = followed.get(open.release);
      if (one !== undefined) perform(one, open);
    }
  }

  function forget(release: string): void {
    followed.delete(release);
    pins.delete(release);
    watchers.drop(release);
    ledger.drop(release);
  }

  // ---- what

  /** Gives releases what waits for them; at a tick, and for those whose counters came, time passes too. */
  async function turn(why: Why): Promise<void> {
    if (why.kind === 'tick' ? !(await holds()) : lease.tenure === undefined || stale) return;
    if (why.kind !== 'counted') {
      notice();
      await inbox.read();
    }
    const fresh = why.kind === 'woken' || why.late <= LATE;
    if (why.kind === 'tick') {
      receiversThen = await parts.receivers();
      for (const gateway of receiversThen.goneGateways) ledger.leave(gateway);
    }
    const seen = why.kind === 'woken' ? undefined : receiversThen;
    const those = why.kind === 'counted' ? why.heard : followed.values();
    await write(await advance(those, seen, { counted: why.kind === 'counted', fresh }));
    // For so long there may be nothing to write, and a turn that wrote nothing proves nothing.
    halt.passed(2 * ACCRUED);
    if (why.kind !== 'tick') return;
    const { late } = why;
    news.ticked?.(late);
    if (late > LATE) {
      const text = 'the controller was late: nothing climbs on old inputs';
      log.warn({ environment, late: Math.round(late) }, text);
    }
  }

  /**
   * Gives each release the events that wait for it, and, where it is `seen` how receivers stand, the time that passed. Answers what has to be
   * written at once; what can wait is noted as unwritten. Others get a turn of the event loop every 8 ms.
   */
  async function advance(
    those: Iterable<Followed>,
    seen: ReceiversSeen | undefined,
    { counted, fresh }: { readonly counted: boolean; readonly fresh: boolean },
  ): Promise<Drafts> {
    const drafts = new Map<Followed, { readonly draft: Draft; readonly taken: number }>();
    let slice = clock.monotonic();
    for (const one of those) {
      if (followed.get(one.release) !== one) continue;
      const waiting = [...one.waiting];
      const passes = counted || !fresh || clock.monotonic() - one.counted >= APART;
      // What receivers serve and gateways counted is looked up by where a release stands: not while it learns that it moved.
      const moves = waiting.some(({ event }) => event.kind === 'placed');
      const events =
        seen === undefined || !passes || moves
          ? waiting
          : [...waiting, timePasses(one, momentOf(seen, fresh))];
      if (events.length === 0) continue;
      const draft = advanceRelease(one, events, time());
      if (draft.urgent) drafts.set(one, { draft, taken: waiting.length });
      else {
        one.waiting.splice(0, waiting.length);
        if (!sameProgress(one.state, draft.state)) one.unwritten = true;
        one.state = draft.state;
      }
      if (clock.monotonic() - slice > SLICE) {
        await breathe();
        slice = clock.monotonic();
      }
    }
    return drafts;
  }

  /** Looks at what authors and operators changed since the last turn. */
  function notice(): void {
    const head = views.head(environment)?.head;
    const encoded = views.encoded(environment);
    if (head === undefined || encoded === undefined || head.revision === seenRevision) return;
    seenRevision = head.revision;
    noticeChanges({ environment, views, followed, pins, lines }, head, encoded);
  }

  function isOfThisClimb({ release, epoch, ahead }: Counters['rows'][number]): boolean {
    const one = release === null ? undefined : followed.get(release);
    if (one === undefined || epoch === null) return true;
    // Before its first move only those are of it who are counted ahead.
    return ahead === undefined ? epoch > one.facts.bornEpoch : epoch >= one.facts.bornEpoch;
  }

  /** All that is known now. Just after a restart nobody has been heard yet. */
  function momentOf(seen: ReceiversSeen, fresh: boolean): Moment {
    const unheard = restarted && clock.monotonic() - began < UNHEARD;
    return { now: time(), interval: TICK, fresh, seen, unheard, ledger, watchers };
  }

  // ---- writing

  async function write(drafts: Drafts): Promise<void> {
    const now = clock.monotonic();
    const due = now - written >= ACCRUED;
    const at = time();
    const writes: ProgressWrite[] = [];
    const answered = [...inbox.unanswerable];
    const gone: Followed[] = [];
    for (const one of followed.values()) {
      const draft = drafts.get(one)?.draft;
      if (isOver(one, draft)) {
        writes.push(lastWrite(one, draft, at));
        gone.push(one);
      } else if (draft !== undefined || (due && (one.unwritten || isForgetful(one)))) {
        writes.push(progressWrite(one, draft, at));
      }
      answered.push(...(draft?.answered ?? []));
    }
    if (due) written = now;
    if (writes.length === 0 && answered.length === 0) return;
    const fence = lease.tenure?.fence;
    if (fence === undefined) return;
    const result = await progress.commit({ environment, fence, writes, answered });
    if (!result.ok) return lease.lose('its writes are fenced off');
    halt.wrote();
    inbox.answered(answered);
    for (const write of writes) adopt(write, drafts);
    for (const one of gone) {
      lines[one.release] = one.lines;
      forget(one.release);
    }
  }

  /** What its guards wrote down will soon be too old to go on from. */
  function isForgetful({ memory, facts }: Followed): boolean {
    if (memory === undefined) return false;
    return memory.ticked - (facts.memory?.ticked ?? Number.NEGATIVE_INFINITY) >= REMEMBERED - 2 * ACCRUED;
  }

  /** What was written is so from now on; only now its effects are performed. */
  function adopt({ release, row, asked, done, events }: ProgressWrite, drafts: Drafts): void {
    const one = followed.get(release);
    if (one === undefined) return;
    const before = one.state.phase;
    if (row !== null) {
      const facts = { ...one.facts, ...(row.facts.memory === undefined ? {} : { memory: row.facts.memory }) };
      Object.assign(one, { version: row.version, state: row.state, facts, unwritten: false });
    }
    one.lines += events.length;
    one.waiting.splice(0, drafts.get(one)?.taken ?? 0);
    for (const key of done) one.open.delete(key);
    if (before !== 'rolling-back' && one.state.phase === 'rolling-back') {
      news.rolledBack?.(one.state.rollback?.cause ?? 'abort');
    }
    for (const effect of asked) perform(one, { release, ...effect });
  }

  return {
    get holds() {
      return lease.tenure !== undefined;
    },
    get fence() {
      return lease.fence;
    },
    get halted() {
      return halt.halted;
    },
    get followed() {
      return followed;
    },
    get traffic() {
      return traffic;
    },
    time,
    take(report) {
      if (lease.tenure === undefined) return undefined;
      traffic.take(report, time());
      const rows = report.rows.filter(isOfThisClimb);
      const answer = ledger.take({ ...report, rows }, time());
      const names = new Set(rows.map(({ release }) => release));
      turns.counted([...names].flatMap((name) => (name === null ? [] : (followed.get(name) ?? []))));
      return answer;
    },
    wake: turns.wake,
    async close() {
      await turns.close(async () => {
        written = Number.NEGATIVE_INFINITY;
        if (lease.tenure !== undefined) await write(new Map());
      });
      watchers.close();
      await lease.release();
    },
  };
}
