import type { Clock } from '@ombre/carry';
import type { Counters } from '@ombre/protocol';
import { type Command, createLedger, type Effect, type Ledger, REMEMBERED } from '@ombre/release';
import type { Commands } from '../commands/commands.ts';
import type { Effects } from '../effects/effect.ts';
import type { Log } from '../http/log.ts';
import type { MetricProvider } from '../metric-provider/metric-provider.ts';
import type { CommandRow, ProgressStore, ProgressWrite } from '../store/progress/progress-store.ts';
import type { Store } from '../store/store.ts';
import type { Views } from '../views/views.ts';
import { advanceRelease, type Draft, sameProgress } from './advance-release.ts';
import { createFlagTraffic, type FlagTraffic } from './flag-traffic.ts';
import { type Followed, follow, type Waiting } from './followed.ts';
import { createMeasuredWatchers } from './measured-watchers.ts';
import { noticeChanges } from './notice-changes.ts';
import { createPerforming } from './performing.ts';
import type { PinWatch } from './pins.ts';
import { isOver, lastWrite, progressWrite } from './progress-writes.ts';
import type { ReceiversSeen } from './receivers-seen.ts';
import { steadyTime } from './steady-time.ts';
import { isJudged, type Moment, timePasses } from './time-passes.ts';

/** Told of what happens, for metrics and logs. */
export interface ControllerNews {
  /** One pass over all releases ended; `late` is how long after its time it began, in ms. */
  ticked?(late: number): void;
  performed?(kind: Effect['kind'], result: 'done' | 'failed' | 'unknown'): void;
  rolledBack?(cause: string): void;
}

export interface ControllerParts {
  /** `project/environment`. */
  readonly environment: string;
  /** Names this process among those that want to control; one that stays over a restart takes its lease back at once. */
  readonly holder: string;
  readonly store: Pick<Store, 'lease' | 'release'>;
  readonly progress: ProgressStore;
  readonly commands: Pick<Commands, 'place' | 'apply' | 'land'>;
  readonly views: Pick<Views, 'head' | 'encoded' | 'resource' | 'resources' | 'placements' | 'overrides'>;
  /** Those of every process; where it fails nothing is decided. */
  readonly receivers: () => ReceiversSeen | Promise<ReceiversSeen>;
  /** What reaches outside; a kind that is absent answers `unknown` (notifications: are only logged). */
  readonly effects?: Partial<Effects>;
  /** Where guards that ask elsewhere get their numbers; without one they are unknown. */
  readonly provider?: MetricProvider | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly news?: ControllerNews;
  /** Lets other work of the process through between two slices of a long pass. */
  readonly breathe?: () => Promise<void>;
}

/** The shell of all release machines of one environment. */
export interface Controller {
  /** Whether this process decides now. */
  readonly holds: boolean;
  /** What lets this process write while it decides; undefined from the moment on when another one may have taken over. */
  readonly fence: { readonly lease: string; readonly token: number } | undefined;
  /** Releases as they are followed; empty where another process decides. */
  readonly followed: ReadonlyMap<string, Followed>;
  readonly traffic: FlagTraffic;
  /** Milliseconds since 1970, steady over clock steps. */
  time(): number;
  /** Takes a report of a gateway; undefined where another process decides. */
  take(report: Counters): { readonly resend: boolean } | undefined;
  /** Looks for commands and changes now, rather than at the next tick. */
  wake(): void;
  /** Finishes what is being written, gives the lease up and stops. */
  close(): Promise<void>;
}

/** Milliseconds between ticks. */
export const TICK = 250;
/** A release is judged as soon as its counters come, but not again within so long, in ms; and the tick that follows leaves it out. */
const APART = 200;
/** A tick later than this finds inputs that are too old to decide by. */
export const LATE = 3_000;
/** A lease runs so long after its last renewal, in ms, and is renewed so often. */
const LEASE = 5_000;
const RENEW = 1_000;
/** Milliseconds for which a failure that lasts is not told again. */
const SILENCE = 60_000;
/** Time that passed is written this often; a crash loses no more of it. */
const ACCRUED = 5_000;
/** Receivers need so long, in ms, to be heard again after this process began. */
const UNHEARD = 2_000;
/** Milliseconds of one slice of a pass. */
const SLICE = 8;
/** What a turn is for: time passed; counters of some releases came; a command or a result did. `late` is in ms. */
type Why =
  | { readonly kind: 'tick'; readonly late: number }
  | { readonly kind: 'counted'; readonly late: number; readonly heard: readonly Followed[] }
  | { readonly kind: 'woken' };

/** Takes the lease of the environment when it is free, and while it holds it lets every release climb. */
export function startController(parts: ControllerParts): Controller {
  const { environment, holder, store, progress, views, clock, log, news = {} } = parts;
  const breathe = parts.breathe ?? (() => new Promise<void>((resolve) => setImmediate(resolve)));
  const lease = `controller/${environment}`;
  const time = steadyTime(clock);
  const began = clock.monotonic();

  const followed = new Map<string, Followed>();
  const pins = new Map<string, PinWatch>();
  const watchers = createMeasuredWatchers(clock, parts.provider);
  /** Number of the last line of history of releases that are not followed. */
  let lines: Record<string, number> = {};
  let ledger: Ledger = createLedger();
  let traffic = createFlagTraffic();
  let token: number | undefined;
  let tenure = new AbortController();
  let renewed = Number.NEGATIVE_INFINITY;
  let restarted = false;
  let stale = false;
  /** The failure that turns meet again and again, and when it was told. */
  let failure: { readonly said: string; readonly at: number } | undefined;
  let seenRevision = -1;
  const seenCommands = new Set<string>();

  let planned = clock.monotonic();
  let finished = planned;
  let written = planned;
  let closed = false;
  let working: Promise<void> | undefined;
  let woken = false;
  /** As they were at the last tick. */
  let receiversThen: ReceiversSeen | undefined;
  const counted = new Set<Followed>();
  let counting = false;
  let cancel = clock.after(0, beat);
  const perform = createPerforming({
    environment,
    commands: parts.commands,
    views,
    effects: parts.effects ?? {},
    clock,
    log,
    tenure: () => (token === undefined ? undefined : { fence: { lease, token }, signal: tenure.signal }),
    fenced: () => {
      // The next renewal says who holds it now.
      renewed = Number.NEGATIVE_INFINITY;
    },
    wake,
    performed: (kind, result) => news.performed?.(kind, result),
  });

  // ---- when

  function beat(): void {
    if (closed) return;
    cancel();
    const now = clock.monotonic();
    const late = Math.max(0, now - planned, now - finished - TICK);
    planned = Math.max(planned + TICK, now - TICK);
    void run(() => turn({ kind: 'tick', late })).finally(() => {
      if (closed) return;
      if (token === undefined) finished = clock.monotonic();
      const wait = token === undefined ? RENEW : Math.max(0, planned - clock.monotonic());
      if (token === undefined) planned = clock.monotonic() + RENEW;
      cancel = clock.after(wait, beat);
    });
  }

  function wake(): void {
    if (closed || token === undefined || woken) return;
    woken = true;
    void run(async () => {
      woken = false;
      await turn({ kind: 'woken' });
    });
  }

  /** Judges releases whose counters came, rather than at the next tick. */
  function judgeNow(releases: ReadonlySet<string | null>): void {
    const now = clock.monotonic();
    for (const release of releases) {
      const one = release === null ? undefined : followed.get(release);
      if (one === undefined || !isJudged(one) || now - one.counted < APART) continue;
      one.counted = now;
      counted.add(one);
    }
    if (closed || counting || counted.size === 0) return;
    counting = true;
    void run(async () => {
      counting = false;
      const heard = [...counted];
      counted.clear();
      await turn({ kind: 'counted', heard, late: Math.max(0, clock.monotonic() - finished - TICK) });
    });
  }

  /** One turn after the other. A turn that fails leaves everything as it was written last. */
  function run(work: () => Promise<void>): Promise<void> {
    const before = working ?? Promise.resolve();
    const now = before.then(async () => {
      if (closed) return;
      try {
        await work();
        failure = undefined;
      } catch (error) {
        stale = true;
        // Four turns a second meet the same full disk: it is told once a minute.
        const said = String(error);
        const known = said === failure?.said && clock.monotonic() - failure.at < SILENCE;
        if (known) return;
        failure = { said, at: clock.monotonic() };
        log.warn({ environment, error: said }, 'a turn of the controller failed; it is tried again');
      }
    });
    working = now;
    return now;
  }

  // ---- who

  /** Takes or keeps the lease; reads everything anew when it was not held all the time. */
  async function hold(): Promise<boolean> {
    const now = clock.monotonic();
    if (token === undefined || now - renewed >= RENEW) {
      const held = await store.lease(lease, holder, LEASE);
      if (held === undefined) {
        if (token !== undefined) lose('another process took over');
        return false;
      }
      renewed = now;
      if (held.token !== token) {
        if (token !== undefined) lose('the lease had run out');
        token = held.token;
        tenure = new AbortController();
        stale = true;
      }
    }
    if (stale) await reload();
    return true;
  }

  function lose(why: string): void {
    log.warn({ environment, why }, 'releases are no longer controlled here');
    token = undefined;
    tenure.abort();
    watchers.close();
    followed.clear();
    pins.clear();
    seenCommands.clear();
    ledger = createLedger();
    traffic = createFlagTraffic();
    seenRevision = -1;
  }

  /** Reads what was written: after taking over, and after a write of which nobody knows whether it went in. */
  async function reload(): Promise<void> {
    const kept = await progress.load(environment);
    lines = { ...kept.lines };
    restarted ||= kept.rows.length > 0;
    seenCommands.clear();
    for (const one of followed.values()) {
      one.waiting = one.waiting.filter(({ command }) => command === undefined);
    }
    const known = new Set(kept.rows.map(({ release }) => release));
    for (const name of followed.keys()) if (!known.has(name)) forget(name);
    for (const row of kept.rows) {
      const one = followed.get(row.release);
      if (one !== undefined) {
        if (one.version !== row.version)
          Object.assign(one, { version: row.version, state: row.state, facts: row.facts });
        one.lines = lines[row.release] ?? 0;
        continue;
      }
      const resource = views.resource(environment, `Release/${row.release}`);
      const spec = row.facts.spec;
      const begun = follow(row.release, spec, resource?.origin ?? 'api', {
        ...row,
        lines: lines[row.release] ?? 0,
      });
      begun.present = resource !== undefined;
      followed.set(row.release, begun);
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
    if (why.kind === 'tick' ? !(await hold()) : token === undefined || stale) return;
    if (why.kind !== 'counted') {
      notice();
      await readCommands();
    }
    const fresh = why.kind === 'woken' || why.late <= LATE;
    if (why.kind === 'tick') {
      receiversThen = await parts.receivers();
      for (const gateway of receiversThen.goneGateways) ledger.leave(gateway);
    }
    const seen = why.kind === 'woken' ? undefined : receiversThen;
    const drafts = new Map<Followed, { readonly draft: Draft; readonly taken: number }>();
    let slice = clock.monotonic();
    for (const one of why.kind === 'counted' ? why.heard : followed.values()) {
      if (followed.get(one.release) !== one) continue;
      const waiting = [...one.waiting];
      const passes = why.kind === 'counted' || !fresh || clock.monotonic() - one.counted >= APART;
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
    await write(drafts);
    if (why.kind !== 'tick') return;
    const { late } = why;
    finished = clock.monotonic();
    news.ticked?.(late);
    if (late > LATE) {
      const text = 'the controller was late: nothing climbs on old inputs';
      log.warn({ environment, late: Math.round(late) }, text);
    }
  }

  /** Looks at what authors and operators changed since the last turn. */
  function notice(): void {
    const head = views.head(environment)?.head;
    const encoded = views.encoded(environment);
    if (head === undefined || encoded === undefined || head.revision === seenRevision) return;
    seenRevision = head.revision;
    noticeChanges({ environment, views, followed, pins, lines }, head, encoded);
  }

  async function readCommands(): Promise<void> {
    for (const row of await progress.asked(environment)) {
      if (seenCommands.has(row.id)) continue;
      seenCommands.add(row.id);
      const one = followed.get(row.release);
      if (one !== undefined) one.waiting.push(waitingOf(row));
      else unanswerable.push(row);
    }
  }
  const unanswerable: CommandRow[] = [];

  function isOfThisClimb({ release, epoch }: Counters['rows'][number]): boolean {
    const one = release === null ? undefined : followed.get(release);
    return one === undefined || epoch === null || epoch > one.facts.bornEpoch;
  }

  /** All that is known now. Just after a restart nobody has been heard yet. */
  function momentOf(seen: ReceiversSeen, fresh: boolean): Moment {
    const unheard = restarted && clock.monotonic() - began < UNHEARD;
    return { now: time(), interval: TICK, fresh, seen, unheard, ledger, watchers };
  }

  // ---- writing

  async function write(
    drafts: ReadonlyMap<Followed, { readonly draft: Draft; readonly taken: number }>,
  ): Promise<void> {
    const now = clock.monotonic();
    const due = now - written >= ACCRUED;
    const at = time();
    const writes: ProgressWrite[] = [];
    const answered: { id: string; refusal: string | null }[] = unanswerable.map(({ id, release }) => ({
      id,
      refusal: `There is no release ${release}.`,
    }));
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
    const fence = { lease, token: token ?? -1 };
    const result = await progress.commit({ environment, fence, writes, answered });
    if (!result.ok) return lose('its writes are fenced off');
    for (const { id } of answered) seenCommands.delete(id);
    unanswerable.length = 0;
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
  function adopt(
    { release, row, asked, done, events }: ProgressWrite,
    drafts: ReadonlyMap<Followed, { readonly draft: Draft; readonly taken: number }>,
  ): void {
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
      return token !== undefined;
    },
    get fence() {
      if (token === undefined || clock.monotonic() - renewed >= LEASE) return undefined;
      return { lease, token };
    },
    get followed() {
      return followed;
    },
    get traffic() {
      return traffic;
    },
    time,
    take(report) {
      if (token === undefined) return undefined;
      traffic.take(report, time());
      const rows = report.rows.filter(isOfThisClimb);
      const answer = ledger.take({ ...report, rows }, time());
      judgeNow(new Set(rows.map(({ release }) => release)));
      return answer;
    },
    wake,
    async close() {
      cancel();
      await run(async () => {
        if (token === undefined) return;
        written = Number.NEGATIVE_INFINITY;
        await write(new Map());
      });
      closed = true;
      watchers.close();
      tenure.abort();
      const held = token !== undefined;
      token = undefined;
      if (held) await store.release(lease, holder).catch(() => {});
    },
  };
}

function waitingOf({ id, command, by, why }: CommandRow): Waiting {
  if (command === 'delete') return { event: { kind: 'deleted', by }, command: id };
  const event = { kind: 'command', command: command satisfies Command, by, why } as const;
  const text = why === '' ? `${by}: ${command}` : `${by}: ${command}, ${why}`;
  return { event, command: id, line: { kind: 'command', text } };
}
