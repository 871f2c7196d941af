import type { Problem, ProblemCode } from '../problem.ts';
import { fullJitter } from './backoff.ts';
import { headText, judge, type Sighting } from './sighting.ts';
import type { Effect, Event, Plan, State, Status, Waiting } from './state.ts';

/** Without a word from the source for so long, what is served may be old: STALE. */
export const SOFT_EXPIRY = 30_000;

/** Deltas that may wait, in number and in characters; past that the whole snapshot is cheaper. */
const QUEUE_LENGTH = 256;
const QUEUE_SIZE = 4 * 1024 * 1024;

/** A delta of more characters, some hundreds of flags, is applied in one go too long; the whole compiles in turns with the event loop. */
const DELTA_SIZE = 256 * 1024;

/** A stream that was silent for so many heartbeats counts as dead: early enough to be replaced before SOFT_EXPIRY. */
const HEARTBEATS_MISSED = 2;

/** The pause after a whole snapshot was refused: it is large, and fetching it again rarely helps. */
const REFUSED_BASE = 5_000;
const REFUSED_CAP = 300_000;

/** With nothing to decide with, these do not pass by waiting. */
const LASTING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'UNAUTHORIZED',
  'NOT_FOUND',
  'PROTOCOL',
  'KEY_UNTRUSTED',
  'SIGNATURE_INVALID',
  'ENVIRONMENT',
  'EXPIRED',
  'LINEAGE',
  'FORMAT',
  'SOURCE_INVALID',
]);

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

type Draft = { -readonly [K in keyof State]: State[K] } & { now: number; effects: Effect[] };
type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/**
 * The receiver's whole behaviour: what it becomes and does when something happens `now`, in milliseconds of a monotonic
 * clock. Whatever it cannot apply it fetches whole; whatever it cannot trust it refuses and keeps what it has.
 */
export function step(before: State, event: Event, now: number): Step {
  if (before.status === 'closed') return { state: before, effects: [] };
  const draft: Draft = { ...before, now, effects: [] };
  (handlers[event.type] as (draft: Draft, event: Event) => void)(draft, event);
  if (event.type !== 'close') {
    pump(draft);
    draft.status = statusAt(draft, now);
  }
  if (draft.status !== before.status) draft.effects.push({ type: 'announce', status: draft.status });
  const { now: _, effects, ...state } = draft;
  return { state, effects };
}

/** When `wake` is due next; undefined: only events move this state. */
export function nextWake(state: State): number | undefined {
  if (state.status === 'closed') return undefined;
  const due = [
    state.link === 'down' ? state.retryAt : undefined,
    state.work === undefined ? state.plan?.until : undefined,
    state.link === 'up' && state.silence !== undefined ? state.heard + state.silence : undefined,
    state.status === 'ready' && !steady(state) && state.confirmed !== undefined
      ? state.confirmed + SOFT_EXPIRY
      : undefined,
  ].filter((instant) => instant !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

const handlers: { readonly [T in Event['type']]: (draft: Draft, event: Of<T>) => void } = {
  start(draft, { disk, problem }) {
    draft.disk = problem;
    if (problem !== undefined) draft.effects.push({ type: 'report', problem });
    if (disk === undefined) return connect(draft);
    draft.work = { kind: 'staging', target: disk.sighting, by: 'disk' };
    draft.effects.push({ type: 'stage', by: 'disk', target: disk.sighting, encoded: disk.encoded });
  },

  wake(draft) {
    const { link, silence, retryAt, now } = draft;
    if (link === 'down' && retryAt !== undefined && retryAt <= now) connect(draft);
    if (link === 'up' && silence !== undefined && draft.heard + silence <= now) {
      note(draft, { code: 'SILENT', detail: `nothing for ${Math.round(now - draft.heard)} ms` });
      connect(draft);
    }
  },

  head(draft, { sighting, heartbeat, random }) {
    const relation = meet(draft, sighting, heartbeat, random);
    if (relation === undefined) return;
    // In one lineage the missing deltas follow at once; a heartbeat tells if they do not.
    if (relation === 'lineage' || draft.at === undefined)
      follow(draft, { until: draft.now, target: sighting });
  },

  resync(draft, { sighting, within, heartbeat, random }) {
    const relation = meet(draft, sighting, heartbeat, random);
    if (relation === undefined || relation === 'current') return;
    // Who has nothing to serve does not wait for the crowd to spread.
    const pause = draft.at === undefined ? 0 : Math.floor(random * within);
    follow(draft, { until: draft.now + pause, target: sighting });
  },

  delta(draft, { sighting, delta, size, random }) {
    hear(draft);
    const { head } = sighting.announced.signed;
    const end = leadsTo(draft);
    // Deltas on the way to a head already seen lie below it, so until there they are judged by where they are put.
    const seen = draft.seen;
    const reaches = seen !== undefined && head.lineage === seen.lineage && head.revision >= seen.revision;
    const verdict = judge(sighting, undefined, reaches ? seen : end, draft.environment);
    if (!verdict.ok) {
      if (verdict.code !== 'BEHIND') refuse(draft, verdict, random);
      return;
    }
    if (end === undefined) {
      if (reaches || head.lineage !== seen?.lineage) draft.seen = head;
      return follow(draft, { until: draft.now, target: sighting });
    }
    if (head.lineage === end.lineage && head.revision === end.revision) return;
    if (reaches || head.lineage !== end.lineage) draft.seen = head;
    if (head.lineage !== end.lineage || delta.from !== end.revision) {
      const detail = `${headText(head)} starts at ${delta.from}, expected ${headText(end)}`;
      note(draft, { code: 'OUT_OF_ORDER', detail });
      return follow(draft, { until: draft.now, target: sighting });
    }
    if (size > DELTA_SIZE) return follow(draft, { until: draft.now, target: sighting });
    const total = draft.queue.reduce((sum, waiting) => sum + waiting.size, size);
    if (draft.queue.length >= QUEUE_LENGTH || total > QUEUE_SIZE) {
      note(draft, { code: 'BACKLOG', detail: `${draft.queue.length + 1} deltas, ${total} characters` });
      return follow(draft, { until: draft.now, target: sighting });
    }
    draft.queue = [...draft.queue, { sighting, delta, size }];
  },

  commit(draft, { sighting, from, random }) {
    hear(draft);
    const verdict = judge(sighting, draft.at, draft.seen, draft.environment);
    if (!verdict.ok) {
      if (verdict.code !== 'BEHIND') refuse(draft, verdict, random);
      return;
    }
    const { head } = sighting.announced.signed;
    const follows = draft.at?.lineage === head.lineage && draft.at.revision === from;
    // Else its delta comes, and is put where it belongs.
    if (!follows || head.revision !== from + 1 || !settled(draft)) return;
    draft.at = head;
    draft.seen = head;
    draft.effects.push(
      { type: 'activate', target: sighting, prepared: true },
      { type: 'persist', target: sighting },
    );
    confirm(draft);
  },

  heartbeat(draft, { revision }) {
    hear(draft);
    if (!settled(draft)) return;
    if (draft.at !== undefined && revision === draft.at.revision) return confirm(draft);
    if (draft.at !== undefined && revision < draft.at.revision) return;
    const at = draft.at === undefined ? 'nowhere' : headText(draft.at);
    note(draft, {
      code: 'OUT_OF_ORDER',
      detail: `the source is at revision ${revision}, this receiver ${at}`,
    });
    connect(draft);
  },

  ended(draft, { problem, retryAfter, random }) {
    note(draft, problem);
    drop(draft, random, retryAfter);
  },

  asked(draft, { sighting, random }) {
    draft.work = undefined;
    if (draft.plan !== undefined) return;
    const verdict = judge(sighting, draft.at, draft.seen, draft.environment);
    if (!verdict.ok) return later(draft, verdict, random);
    draft.seen = sighting.announced.signed.head;
    if (verdict.relation === 'current') confirm(draft);
    else follow(draft, { until: draft.now, target: sighting });
  },

  got(draft, { encoded }) {
    const work = draft.work;
    draft.work = undefined;
    if (work?.kind !== 'getting' || draft.plan !== undefined) return;
    draft.work = { kind: 'staging', target: work.target, by: 'full' };
    draft.effects.push({ type: 'stage', by: 'full', target: work.target, encoded });
  },

  failed(draft, { problem, retryAfter, random }) {
    draft.work = undefined;
    later(draft, problem, random, retryAfter);
  },

  staged(draft) {
    const work = draft.work;
    draft.work = undefined;
    if (work?.kind !== 'staging') return;
    draft.at = work.target.announced.signed.head;
    draft.seen ??= draft.at;
    draft.effects.push({ type: 'activate', target: work.target });
    if (work.by === 'disk') return connect(draft);
    draft.effects.push({ type: 'persist', target: work.target }, { type: 'acknowledge' });
    // More may wait, but the source is there and this receiver follows it.
    if (draft.link === 'up') draft.confirmed = draft.now;
    if (draft.at.digest === draft.seen.digest) draft.problem = undefined;
  },

  unstaged(draft, { problem, random }) {
    const work = draft.work;
    draft.work = undefined;
    if (work?.kind !== 'staging') return;
    if (work.by === 'disk') {
      draft.disk = { code: 'DISK_CORRUPT', detail: `${problem.code}: ${problem.detail}` };
      draft.effects.push({ type: 'report', problem: draft.disk });
      return connect(draft);
    }
    note(draft, problem);
    if (work.by === 'delta') follow(draft, { until: draft.now, target: work.target });
    else {
      const pause = fullJitter(draft.attempts++, random, REFUSED_BASE, REFUSED_CAP);
      follow(draft, { until: draft.now + pause });
    }
  },

  persisted(draft, { problem }) {
    if (problem !== undefined && problem.code !== draft.disk?.code)
      draft.effects.push({ type: 'report', problem });
    draft.disk = problem;
  },

  trusted(draft) {
    // What was refused for its key may be trusted now.
    if (draft.link === 'down' && draft.retryAt !== undefined) connect(draft);
  },

  problem(draft, { problem }) {
    hear(draft);
    note(draft, problem);
  },

  close(draft) {
    draft.status = 'closed';
    draft.link = 'down';
    draft.effects.push({ type: 'disconnect' });
  },
};

/** A stream opens: the source lives, says how often it will speak, and where it stands. */
function meet(
  draft: Draft,
  sighting: Sighting,
  heartbeat: number | undefined,
  random: number,
): 'current' | 'newer' | 'lineage' | undefined {
  const opens = draft.link !== 'up';
  hear(draft);
  draft.silence = heartbeat === undefined ? undefined : heartbeat * HEARTBEATS_MISSED;
  const verdict = judge(sighting, draft.at, draft.seen, draft.environment);
  if (!verdict.ok) {
    refuse(draft, verdict, random);
    return undefined;
  }
  draft.attempts = 0;
  draft.seen = sighting.announced.signed.head;
  if (opens && draft.at !== undefined) draft.effects.push({ type: 'acknowledge' });
  if (verdict.relation === 'current') {
    // The same revision may be signed anew, by a new key even: what is on disk must stay trusted.
    draft.effects.push({ type: 'persist', target: sighting });
    draft.plan = undefined;
    draft.queue = [];
    confirm(draft);
  }
  return verdict.relation;
}

function hear(draft: Draft): void {
  draft.link = 'up';
  draft.heard = draft.now;
}

function connect(draft: Draft): void {
  draft.link = 'opening';
  draft.retryAt = undefined;
  draft.effects.push({ type: 'connect', from: draft.at });
}

/** The link is down; the next try comes after a pause that grows. */
function drop(draft: Draft, random: number, retryAfter = 0): void {
  if (steady(draft)) draft.confirmed = draft.now;
  draft.link = 'down';
  draft.silence = undefined;
  draft.retryAt = draft.now + Math.max(retryAfter, fullJitter(draft.attempts++, random));
}

function refuse(draft: Draft, problem: Problem, random: number): void {
  note(draft, problem);
  draft.effects.push({ type: 'disconnect' });
  drop(draft, random);
}

/** What follows starts over from the plan. */
function follow(draft: Draft, plan: Plan): void {
  draft.plan = plan;
  draft.queue = [];
}

/** Asks again after a pause. */
function later(draft: Draft, { code, detail }: Problem, random: number, retryAfter = 0): void {
  note(draft, { code, detail });
  if (draft.plan !== undefined) return;
  follow(draft, { until: draft.now + Math.max(retryAfter, fullJitter(draft.attempts++, random)) });
}

function note(draft: Draft, { code, detail }: Problem): void {
  const known = draft.problem;
  if (known?.code === code && known.detail === detail) return;
  draft.problem = { code, detail };
  draft.effects.push({ type: 'report', problem: draft.problem });
}

function confirm(draft: Draft): void {
  draft.confirmed = draft.now;
  draft.problem = undefined;
}

/** Begins what is next if nothing is going on. */
function pump(draft: Draft): void {
  if (draft.work !== undefined) return;
  const { plan, at } = draft;
  if (plan !== undefined) {
    if (plan.until > draft.now) return;
    draft.plan = undefined;
    if (plan.target === undefined) {
      draft.work = { kind: 'asking' };
      draft.effects.push({ type: 'ask' });
    } else {
      draft.work = { kind: 'getting', target: plan.target };
      draft.effects.push({ type: 'get', head: plan.target.announced.signed.head });
    }
    return;
  }
  const [first, ...rest] = draft.queue;
  if (first === undefined || at === undefined) return;
  draft.queue = rest;
  stageDelta(draft, first);
}

function stageDelta(draft: Draft, { sighting, delta }: Waiting): void {
  draft.work = { kind: 'staging', target: sighting, by: 'delta' };
  draft.effects.push({ type: 'stage', by: 'delta', target: sighting, delta });
}

/** Where this receiver will be when all that is under way is done. */
function leadsTo(draft: Draft): State['at'] {
  const work = draft.work;
  const target =
    draft.queue.at(-1)?.sighting ??
    draft.plan?.target ??
    (work?.kind === 'asking' ? undefined : work?.target);
  return target?.announced.signed.head ?? draft.at;
}

function settled(state: State): boolean {
  return state.work === undefined && state.plan === undefined && state.queue.length === 0;
}

/** The source need not speak to be believed: it is of this process, and its watch stands. */
function steady(state: State): boolean {
  return state.link === 'up' && state.silence === undefined;
}

function statusAt(state: State, now: number): Status {
  if (state.at === undefined) {
    return state.problem !== undefined && LASTING.has(state.problem.code) ? 'error' : 'starting';
  }
  if (state.confirmed === undefined) return 'stale';
  return steady(state) || now < state.confirmed + SOFT_EXPIRY ? 'ready' : 'stale';
}
