import { inSlices } from '@ombre/carry';
import type { Change, ChangeBody, WriteDigest } from '../store/change.ts';
import { digestWrite, sealInSteps } from '../store/hash-chain.ts';
import type { Append, Store } from '../store/store.ts';
import { StoreError } from '../store/store.ts';
import type { Mirror } from '../views/mirror.ts';
import type { Mirrors } from '../views/mirrors.ts';
import type { Clock } from './clock.ts';
import type { ApplyResult, Asked, Refusal } from './commands.ts';
import type { Plan, Planned } from './plan.ts';

/** Signs the hash of each change, and each head. */
export interface Signer {
  /** Id of the key. */
  readonly key: string;
  /** Ed25519 over the UTF-8 bytes, base64url. */
  sign(text: string): string;
}

export interface Commit {
  readonly store: Store;
  readonly mirrors: Mirrors;
  readonly clock: Clock;
  readonly signer: () => Signer;
}

/** One act on an environment: who and why, and how to decide what it writes from where the environment stands. */
export interface Act extends Asked {
  readonly action: Change['action'];
  readonly origin?: ChangeBody['origin'];
  readonly dryRun?: boolean;
  readonly fence?: Append['fence'];
  /** The record of the two-phase change that this decides. */
  readonly twoPhase?: Append['twoPhase'];
  decide(mirror: Mirror): Planned | Promise<Planned>;
  /** Make a revision though no row changes. */
  readonly always?: boolean;
}

/** Each time another process wins the revision the act is decided anew; so often in a row it is somebody else's turn. */
const TRIES = 64;

/** Decides and commits one act as one revision, or as none where nothing is to change. */
export async function commit(context: Commit, act: Act): Promise<ApplyResult> {
  const mirror = context.mirrors.get(act.environment);
  if (mirror === undefined) return unknownEnvironment(act.environment);
  return mirror.exclusively(async () => {
    try {
      return await attempt(context, mirror, act);
    } catch (error) {
      if (error instanceof StoreError) return refusalOf(error);
      throw error;
    }
  });
}

export function unknownEnvironment(environment: string): Refusal {
  return { ok: false, code: 'ENVIRONMENT_UNKNOWN', message: `There is no environment ${environment}.` };
}

async function attempt(context: Commit, mirror: Mirror, act: Act): Promise<ApplyResult> {
  const { store } = context;
  for (let tries = 0; tries < TRIES; tries += 1) {
    await mirror.catchUp();
    const plan = await act.decide(mirror);
    if (!plan.ok) return plan;
    const changed = plan.writes.length > 0 || act.always === true;
    const { revision } = mirror.state.head;
    if (!changed || act.dryRun === true) return done(plan, revision, changed);
    if (plan.backFirst !== undefined) return pinnedUntilBack(plan, plan.backFirst);

    const next = plan.next ?? (await inSlices(mirror.preview(plan.writes)));
    const change = await inSlices(seal(context, mirror, act, plan, next.encoded.digest));
    const appended = await settle(store, change, {
      change,
      writes: plan.writes,
      ...(act.fence === undefined ? {} : { fence: act.fence }),
      ...(act.twoPhase === undefined ? {} : { twoPhase: act.twoPhase }),
    });
    if (appended.ok) {
      await mirror.follow({ change, writes: plan.writes }, next);
      return done(plan, change.revision, true);
    }
    if (appended.code === 'FENCED') {
      return { ok: false, code: 'FENCED', message: 'Another controller has taken over this lease.' };
    }
    // Moved, and yet nothing to catch up with: the log beneath is not the one that was followed.
    const ahead = await store.after(mirror.environment, revision, 1);
    if (ahead.length === 0) await mirror.reload();
  }
  return {
    ok: false,
    code: 'UNAVAILABLE',
    message: `Nothing was written: other processes took the revision ${TRIES} times in a row. Try again.`,
  };
}

/** Rows digested between two pauses. */
const SLICE = 20;

function* seal(
  context: Commit,
  mirror: Mirror,
  act: Act,
  plan: Plan,
  to: string,
): Generator<undefined, Change> {
  const { head, hash } = mirror.state;
  const writes: WriteDigest[] = [];
  for (const write of plan.writes) {
    writes.push(digestWrite(write));
    if (writes.length % SLICE === 0) yield;
  }
  return yield* sealInSteps(
    {
      environment: mirror.environment,
      lineage: head.lineage,
      revision: head.revision + 1,
      at: context.clock.nanos(),
      author: act.author,
      why: act.why,
      action: act.action,
      origin: act.origin ?? null,
      from: head.digest,
      to,
      names: plan.names,
      diff: plan.diff,
      writes,
      facts: plan.facts,
    },
    hash,
    context.signer(),
  );
}

/** Appends; where the database went away before it answered, looks whether the change is there after all. */
async function settle(store: Store, change: Change, append: Append): ReturnType<Store['append']> {
  try {
    return await store.append(append);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'UNAVAILABLE') throw error;
    const [written] = await store
      .after(change.environment, change.revision - 1, 1)
      .catch(() => Promise.reject(unsettled(error)));
    if (written?.change.hash === change.hash) return { ok: true };
    throw unsettled(error);
  }
}

function unsettled(cause: StoreError): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `${cause.message}. The connection broke during the commit: the change may have been written or not; the history tells.`,
    { cause },
  );
}

function done(plan: Plan, revision: number, changed: boolean): ApplyResult {
  const { diff, issues, kept, backFirst } = plan;
  const rolledBack = backFirst?.map((release) => ({ release }));
  return {
    ok: true,
    revision,
    changed,
    diff,
    issues,
    kept,
    ...(rolledBack === undefined ? {} : { rolledBack }),
  };
}

function pinnedUntilBack({ issues }: Plan, backFirst: readonly string[]): Refusal {
  const message = `Release/${backFirst.join(', Release/')} must be rolled back first.`;
  return { ok: false, code: 'PINNED', message, issues, backFirst };
}

/** What the store could not do, as an answer. */
export function refusalOf(error: StoreError): Refusal {
  return { ok: false, code: error.code === 'FULL' ? 'STORE_FULL' : 'UNAVAILABLE', message: error.message };
}
