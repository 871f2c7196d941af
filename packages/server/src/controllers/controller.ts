import type { Clock } from '@ombre/carry';
import { isMeasured, type ReleaseSpec, START } from '@ombre/decide/model';
import type { Counters } from '@ombre/protocol';
import {
  type Command,
  circuitEvidence,
  combineHealth,
  createLedger,
  type Effect,
  type GuardEvidence,
  isUnderWay,
  judgeHealth,
  type Ledger,
  type Phase,
  REMEMBERED,
  remember,
  startRelease,
  unableEvidence,
} from '@ombre/release';
import type { Commands } from '../commands/commands.ts';
import type { Effects } from '../effects/effect.ts';
import type { Log } from '../http/log.ts';
import type { MetricProvider, Watcher } from '../metric-provider/metric-provider.ts';
import { watchMetrics } from '../metric-provider/watch-metrics.ts';
import type {
  CommandRow,
  OpenEffect,
  ProgressStore,
  ProgressWrite,
} from '../store/progress/progress-store.ts';
import type { Store } from '../store/store.ts';
import type { Views } from '../views/views.ts';
import { advanceRelease, type Draft, sameProgress } from './advance-release.ts';
import { createFlagTraffic, type FlagTraffic } from './flag-traffic.ts';
import { type Followed, follow, type Waiting } from './followed.ts';
import { performOwn } from './own-effects.ts';
import { changedPins, type PinWatch, watchPins } from './pins.ts';
import type { Rates } from './rates.ts';
import type { ReceiversSeen } from './receivers-seen.ts';
import { steadyTime } from './steady-time.ts';
import { createTurnstile } from './turnstile.ts';

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
/** Time that passed is written this often; a crash loses no more of it. */
const ACCRUED = 5_000;
/** Receivers need so long, in ms, to be heard again after this process began. */
const UNHEARD = 2_000;
/** Milliseconds of one slice of a pass. */
const SLICE = 8;
/** An own effect that the store could not carry out, and one it refused, is answered after so long, in ms. */
const AGAIN = { first: 500, longest: 30_000 };

/** Control is looked at over so short a time, in ms, beside the usual one, when a circuit opened: an outage may have just begun. */
const MOMENT = 1_000;

/** Phases in which counters decide something. */
const JUDGED: readonly Phase[] = ['climbing', 'dwelling', 'waiting', 'frozen', 'watching', 'rolling-back'];

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
  const watchers = new Map<string, { readonly spec: ReleaseSpec; readonly watcher: Watcher }>();
  /** Number of the last line of history of releases that are not followed. */
  let lines: Record<string, number> = {};
  let ledger: Ledger = createLedger();
  let traffic = createFlagTraffic();
  let token: number | undefined;
  let tenure = new AbortController();
  let renewed = Number.NEGATIVE_INFINITY;
  let restarted = false;
  let stale = false;
  let seenRevision = -1;
  const seenCommands = new Set<string>();
  const lanes = new Map<string, Promise<void>>();
  /** Changes of one environment are made one after the other anyhow: who goes back need not wait for a thousand who climb. */
  const turnstile = createTurnstile();

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
      if (one === undefined || !JUDGED.includes(one.state.phase) || now - one.counted < APART) continue;
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
      } catch (error) {
        stale = true;
        log.warn({ environment, error: String(error) }, 'a turn of the controller failed; it is tried again');
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
    for (const name of [...followed.keys()]) unwatch(name);
    followed.clear();
    pins.clear();
    seenCommands.clear();
    lanes.clear();
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
    unwatch(release);
    ledger.drop(release);
  }

  function unwatch(release: string): void {
    watchers.get(release)?.watcher.close();
    watchers.delete(release);
  }

  /** What guards say that ask elsewhere; they ask by the spec in force. */
  function measured({ release, spec }: Followed): readonly GuardEvidence[] {
    let known = watchers.get(release);
    if (known?.spec !== spec) {
      unwatch(release);
      if (!(spec.guards ?? []).some(isMeasured)) return [];
      known = { spec, watcher: watchMetrics({ release, spec, clock, provider: parts.provider }) };
      watchers.set(release, known);
    }
    // The source of metrics goes by the wall clock.
    return known.watcher.evidence(clock.now());
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
        seen === undefined || !passes || moves ? waiting : [...waiting, tickOf(one, seen, fresh)];
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
    const present = new Set<string>();
    const kills = new Map<string, string>();
    for (const { kind, flag, by } of views.overrides(environment) ?? [])
      if (kind === 'kill') kills.set(flag, by);
    const placements = new Map(
      (views.placements(environment) ?? []).map((row) => [row.release, row.placement]),
    );
    for (const { resource, origin } of views.resources(environment, { kind: 'Release' }) ?? []) {
      if (resource.kind !== 'Release') continue;
      const { name } = resource.metadata;
      present.add(name);
      const watch = pins.get(name) ?? watchPins();
      pins.set(name, watch);
      const now = watch.read(resource, encoded, (key) => views.resource(environment, key));
      let one = followed.get(name);
      if (one === undefined || (!one.present && one.open.size === 0 && !isUnderWay(one.state.saga))) {
        const facts = {
          born: head.revision,
          bornEpoch: placements.get(name)?.epoch ?? 0,
          lineage: head.lineage,
          spec: resource.spec,
          pins: now,
          health: combineHealth([]),
        };
        const state = startRelease(placements.get(name) ?? START);
        one = follow(name, resource.spec, origin, {
          version: one?.version ?? 0,
          state,
          facts,
          lines: one?.lines ?? lines[name] ?? 0,
        });
        followed.set(name, one);
      }
      Object.assign(one, { spec: resource.spec, origin, present: true });
      const changed = changedPins(one.facts.pins, now);
      const moved = one.facts.lineage === head.lineage ? changed : [...changed, 'the environment (restored)'];
      if (moved.length > 0) {
        one.facts = { ...one.facts, pins: now, lineage: head.lineage, spec: resource.spec };
        one.unwritten = true;
        one.waiting.push({ event: { kind: 'changed', what: moved } });
      }
      const killer = kills.get(resource.spec.flag);
      if (killer !== undefined && !one.state.killed)
        one.waiting.push({ event: { kind: 'killed', by: killer } });
      if (killer === undefined && one.state.killed)
        one.waiting.push({ event: { kind: 'lifted', by: 'an operator' } });
    }
    for (const one of followed.values()) if (!present.has(one.release)) one.present = false;
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

  /** Time passes for one release, with all that is known of it now. */
  function tickOf(one: Followed, seen: ReceiversSeen, fresh: boolean): Waiting {
    const now = time();
    const tally = ledger.tally(one.release, one.state.placement.epoch, now);
    const { treated, control, rest } = tally.climb;
    one.rates.add(now, { treatment: treated, control, rest });
    one.receivers = receiversOf(one, seen);
    let health = combineHealth([]);
    if (JUDGED.includes(one.state.phase)) {
      const judged = judgeHealth(one.spec, one.state, tally, one.memory, now);
      one.memory = judged.state;
      one.traffic = tally.sources === 0 ? {} : judged.traffic;
      one.judgedSince ??= now;
      const around = { since: one.judgedSince, errorRate: worstOf(one.rates, [MOMENT, undefined]) };
      const broken = circuitEvidence(one.spec, ledger.circuits(now), around, now);
      const unable = unableEvidence(seen.unable(one.spec.flag), now);
      health = combineHealth([...judged.health.evidence, ...broken, ...unable, ...measured(one)]);
    } else {
      one.memory = undefined;
      one.judgedSince = undefined;
      unwatch(one.release);
    }
    one.health = health;
    return {
      event: {
        kind: 'tick',
        interval: TICK,
        health,
        fresh,
        receivers: one.receivers,
        traffic: one.traffic,
      },
    };
  }

  function receiversOf(one: Followed, seen: ReceiversSeen): Followed['receivers'] {
    const { live, activated } = seen.at(one.state.revision);
    // Just after a restart nobody has been heard yet, which is not that nobody is there.
    const unheard = restarted && clock.monotonic() - began < UNHEARD ? 1 : 0;
    return { live: live + unheard, activated };
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
        writes.push(farewell(one, draft, at));
        gone.push(one);
      } else if (draft !== undefined || (due && (one.unwritten || isForgetful(one)))) {
        writes.push(writeOf(one, draft, at));
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

  /** Its resource is gone and nothing of it is open. */
  function isOver(one: Followed, draft: Draft | undefined): boolean {
    // Steps around a level are undone to their end, whoever took the release away.
    if (one.present || isUnderWay((draft?.state ?? one.state).saga)) return false;
    const done = draft?.done.length ?? 0;
    return one.open.size - done <= 0 && (draft?.asked.length ?? 0) === 0;
  }

  function farewell(one: Followed, draft: Draft | undefined, at: number): ProgressWrite {
    const over = writeOf(one, draft, at);
    const landed = one.state.phase === 'completed' || one.state.phase === 'landed';
    const text = landed ? 'Landed: the spec says so now, and the release is gone.' : 'The release is gone.';
    const line = { kind: landed ? 'landed' : 'removed', text, alert: false, evidence: [] } as const;
    const number = one.lines + over.events.length + 1;
    return { ...over, row: null, events: [...over.events, { ...line, number, at }] };
  }

  function writeOf(one: Followed, draft: Draft | undefined, at: number): ProgressWrite {
    const { release, lines: last, version, health } = one;
    const { memory: _, ...facts } = one.facts;
    const memory = one.memory && remember(one.memory);
    return {
      release,
      row: {
        version: version + 1,
        state: draft?.state ?? one.state,
        facts: { ...facts, spec: one.spec, health, ...(memory === undefined ? {} : { memory }) },
      },
      asked: (draft?.asked ?? []).map((effect) => ({
        key: `${release}/${facts.born}/${effect.key}`,
        effect,
        askedAt: at,
      })),
      done: draft?.done ?? [],
      events: (draft?.lines ?? []).map((line, index) => ({ ...line, number: last + index + 1, at })),
    };
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

  // ---- performing

  /** Starts an effect; effects of one lane of a release are performed one after the other. */
  function perform(one: Followed, { key, effect }: OpenEffect): void {
    if (one.open.has(key)) return;
    one.open.add(key);
    const { signal } = tenure;
    const lane = laneOf(one.release, effect);
    const before = lanes.get(lane) ?? Promise.resolve();
    const now = before.then(async () => {
      const waiting = signal.aborted ? undefined : await outcomeOf(one, key, effect, signal);
      if (waiting === undefined || signal.aborted) return;
      one.waiting.push(waiting);
      wake();
    });
    const ended = now.finally(() => {
      if (lanes.get(lane) === ended) lanes.delete(lane);
    });
    lanes.set(lane, ended);
  }

  async function outcomeOf(
    one: Followed,
    key: string,
    effect: Effect,
    signal: AbortSignal,
  ): Promise<Waiting | undefined> {
    if (effect.kind === 'place' || effect.kind === 'land' || effect.kind === 'delete') {
      return ownOutcome(one, key, effect, signal);
    }
    const performer = parts.effects?.[effect.kind];
    const context = { environment, release: one.release, spec: one.spec, state: one.state };
    const { result, detail } =
      performer === undefined
        ? effect.kind === 'notify'
          ? { result: 'done' as const, detail: undefined }
          : { result: 'unknown' as const, detail: `nothing here can perform a ${effect.kind}` }
        : await performer.perform(`${environment}/${key}`, effect as never, signal, context);
    if (effect.kind === 'notify') {
      log.info({ environment, release: one.release, topic: effect.topic }, effect.text);
    }
    news.performed?.(effect.kind, result);
    return {
      event: { kind: 'result', key: effect.key, result, ...(detail === undefined ? {} : { detail }) },
      done: key,
      ...(effect.kind === 'notify' && result !== 'done'
        ? { line: { kind: 'effect', text: `Nobody could be told of "${effect.topic}": ${detail ?? result}` } }
        : {}),
    };
  }

  async function ownOutcome(
    one: Followed,
    key: string,
    effect: Extract<Effect, { readonly kind: 'place' | 'land' | 'delete' }>,
    signal: AbortSignal,
  ): Promise<Waiting | undefined> {
    for (let wait = AGAIN.first; ; wait = Math.min(2 * wait, AGAIN.longest)) {
      if (token === undefined || signal.aborted) return undefined;
      const own = { environment, commands: parts.commands, views, fence: { lease, token } };
      const outcome = await turnstile.pass(
        () => one.state.phase === 'rolling-back',
        async () => (signal.aborted ? 'lost' : performOwn(own, one.release, effect)),
      );
      if (outcome === 'lost') {
        // The next renewal says who holds it now.
        renewed = Number.NEGATIVE_INFINITY;
        return undefined;
      }
      if (outcome !== 'again') {
        news.performed?.(effect.kind, outcome.kind === 'placed' ? 'done' : outcome.result);
        // The machine asks again at once for a move that was refused.
        if (outcome.kind === 'result' && outcome.result === 'failed') await pause(AGAIN.first, signal);
        return { event: outcome, done: key };
      }
      news.performed?.(effect.kind, 'unknown');
      await pause(wait, signal);
    }
  }

  function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        stop();
        resolve();
      });
    });
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
      for (const name of [...watchers.keys()]) unwatch(name);
      tenure.abort();
      const held = token !== undefined;
      token = undefined;
      if (held) await store.release(lease, holder).catch(() => {});
    },
  };
}

/** The largest error rate of the old version over some times; null where nothing ended in any. */
function worstOf(rates: Rates, times: readonly (number | undefined)[]): number | null {
  const found = times.flatMap((time) => {
    const { control, rest } = rates.read(time);
    return [control.errorRate ?? [], rest.errorRate ?? []].flat();
  });
  return found.length === 0 ? null : Math.max(...found);
}

function laneOf(release: string, effect: Effect): string {
  if (effect.kind === 'place' || effect.kind === 'land' || effect.kind === 'delete') return `${release} own`;
  return effect.kind === 'notify' ? `${release} notify` : `${release} ${effect.key}`;
}

function waitingOf({ id, command, by, why }: CommandRow): Waiting {
  if (command === 'delete') return { event: { kind: 'deleted', by }, command: id };
  const event = { kind: 'command', command: command satisfies Command, by, why } as const;
  const text = why === '' ? `${by}: ${command}` : `${by}: ${command}, ${why}`;
  return { event, command: id, line: { kind: 'command', text } };
}
