import { inSlices } from '@ombre/carry';
import { diffInSteps, type Head } from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import { formatSyncEvent, TWO_PHASE_SIZE, type TwoPhaseChange } from '@ombre/protocol';
import type { ApplyInput, Refusal as CommandRefusal } from '../commands/commands.ts';
import { type Commit, commit, unknownEnvironment } from '../commands/commit.ts';
import type { Checks, Plan } from '../commands/plan.ts';
import { planApply } from '../commands/plan-apply.ts';
import type { LoggedChange } from '../store/store.ts';
import type { Fence, TwoPhaseAsked, TwoPhaseRow } from '../store/two-phase/two-phase-store.ts';
import type { Mirror } from '../views/mirror.ts';
import type { Placements } from './urgent.ts';

/** What an apply would write as a two-phase change, planned on the head as it is. */
export interface Planned {
  readonly ok: true;
  /** The revision it is planned on. */
  readonly base: number;
  readonly plan: Plan;
  readonly puts: readonly Resource[];
  readonly deletes: readonly string[];
}

/** A version of a change as receivers are told it. */
export interface Prepared {
  readonly ok: true;
  readonly version: number;
  /** The event on the stream. */
  readonly text: string;
  /** What the snapshot comes to. */
  readonly digest: string;
}

export type Refusal = Pick<CommandRefusal, 'message'> & {
  readonly ok: false;
  readonly code: CommandRefusal['code'] | 'TWO_PHASE_TOO_LARGE';
} & Partial<Pick<Extract<CommandRefusal, { code: 'INVALID' }>, 'issues'>> &
  Partial<Pick<Extract<CommandRefusal, { code: 'CONFLICT' }>, 'moved'>>;

/** The head is no longer the one that was to be built on. */
export interface Moved {
  readonly ok: false;
  readonly code: 'MOVED';
}

/** How a decision ended; `MOVED`: nothing was written. */
export type Decided = { readonly ok: true } | Moved | Refusal;

/** Makes two-phase changes out of the rows of an environment. It decides nothing. */
export interface Staging {
  plan(environment: string, input: ApplyInput): Promise<Planned | Refusal>;
  /** The delta of a change on the head that it names as its base, which has to be the head. */
  prepare(
    environment: string,
    change: TwoPhaseChange,
    asked: TwoPhaseAsked,
  ): Promise<Prepared | Refusal | Moved>;
  /** One transaction makes revision `base + 1` and writes the record. Throws StoreError where nobody knows whether it did. */
  decide(environment: string, row: TwoPhaseRow, fence: Fence): Promise<Decided>;
  /** What was committed after a revision, oldest first. */
  since(environment: string, revision: number): Promise<readonly LoggedChange[]>;
  /** Where releases stood at a revision. */
  placedAt(environment: string, revision: number): Promise<Placements>;
}

const PAGE = 1_000;
/** A head that moves while a change is planned on it is tried again so often. */
const TRIES = 5;
/** No change has a longer name: how much of it there will be to tell. */
const LONGEST = { id: 'x'.repeat(100), version: 1_000_000 };
const MOVED: Moved = { ok: false, code: 'MOVED' };

export function createStaging(parts: Commit & { readonly checks: Checks }): Staging {
  const { mirrors, store, checks } = parts;

  return {
    async plan(environment, input) {
      const mirror = mirrors.get(environment);
      if (mirror === undefined) return unknownEnvironment(environment);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const { head } = mirror.state;
        const plan = await inSlices(planApply(mirror, input, checks));
        if (!plan.ok) return plan;
        if (plan.kept.length > 0) return keptRefusal(plan);
        const size = plan.writes.length === 0 ? 0 : (await toldOf(mirror, plan, LONGEST)).text.length;
        if (mirror.state.head !== head) continue;
        if (size > TWO_PHASE_SIZE) return tooLarge(size);
        const resources = plan.writes.flatMap((write) => (write.kind === 'Resource' ? [write] : []));
        return {
          ok: true,
          base: head.revision,
          plan,
          puts: resources.flatMap(({ row }) => row?.resource ?? []),
          deletes: resources.filter(({ row }) => row === null).map(({ name }) => name),
        };
      }
      return {
        ok: false,
        code: 'UNAVAILABLE',
        message: 'The head moved again and again while this was planned. Nothing was begun; ask again.',
      };
    },

    async prepare(environment, change, asked) {
      const mirror = mirrors.get(environment);
      if (mirror === undefined) return unknownEnvironment(environment);
      const { head } = mirror.state;
      if (head.revision !== change.base) return MOVED;
      const plan = await inSlices(planAgain(mirror, asked, checks));
      const told = plan.ok ? await toldOf(mirror, plan, change) : undefined;
      // What was planned over a change of the rows is of neither.
      if (mirror.state.head !== head) return MOVED;
      if (!plan.ok) return plan;
      const { text = '', digest = '' } = told ?? {};
      if (text.length > TWO_PHASE_SIZE) return tooLarge(text.length);
      return { ok: true, version: change.version, text, digest };
    },

    async decide(environment, row, fence) {
      const { change, asked, lineage } = row;
      let moved = false;
      const result = await commit(parts, {
        environment,
        author: asked.author,
        why: asked.why,
        action: 'apply',
        origin: asked.origin,
        fence,
        twoPhase: row,
        decide: async (mirror) => {
          const { head } = mirror.state;
          moved = head.revision !== change.base || head.lineage !== lineage;
          if (moved) return { ok: false, code: 'CONFLICT', message: 'The head moved.', moved: [] };
          const planned = await inSlices(planAgain(mirror, asked, checks));
          return planned.ok ? { ...planned, facts: { twoPhase: change.id } } : (planned as CommandRefusal);
        },
      });
      if (moved) return MOVED;
      return result.ok ? { ok: true } : result;
    },

    since: (environment, revision) => store.after(environment, revision, PAGE),

    async placedAt(environment, revision) {
      const writes = (await store.at(environment, revision)) ?? [];
      return new Map(
        writes.flatMap(({ kind, row }) =>
          kind === 'Placement' && row !== null ? [[row.release, row.placement]] : [],
        ),
      );
    },
  };
}

/** Plans on another head what was asked for: just what it touched at first, so that nothing that came since goes with it. */
function* planAgain(
  mirror: Mirror,
  asked: TwoPhaseAsked,
  checks: Checks,
): Generator<undefined, Plan | Refusal> {
  const { origin, puts, deletes } = asked;
  const planned = yield* planApply(mirror, { origin, resources: puts, partial: true, deletes }, checks);
  if (!planned.ok) return planned;
  if (planned.kept.length > 0) return keptRefusal(planned);
  if (planned.writes.length > 0) return planned;
  return { ok: false, code: 'CONFLICT', message: 'The environment is as was asked for already.' };
}

async function toldOf(
  mirror: Mirror,
  plan: Plan,
  { id, version }: Pick<TwoPhaseChange, 'id' | 'version'>,
): Promise<{ readonly text: string; readonly digest: string }> {
  const { head } = mirror.state;
  const from = mirror.encoded;
  const { encoded } = plan.next ?? (await inSlices(mirror.preview(plan.writes)));
  const next: Head = { ...head, revision: head.revision + 1, digest: encoded.digest };
  const delta = await inSlices(diffInSteps(from, head, encoded, next));
  const text = formatSyncEvent({ type: 'prepare', id, version, delta: { ...delta, from: head.revision } });
  return { text, digest: encoded.digest };
}

function tooLarge(size: number): Refusal {
  const kib = (characters: number): number => Math.ceil(characters / 1024);
  return {
    ok: false,
    code: 'TWO_PHASE_TOO_LARGE',
    message: `The change is ${kib(size)} KiB; receivers stage at most ${kib(TWO_PHASE_SIZE)} beside what they serve. Nothing was begun.`,
  };
}

/** A climbing release would keep part of it back, and a part is not what was asked for. */
function keptRefusal({ kept, issues }: Plan): Refusal {
  const [first, ...rest] = kept;
  const them = rest.length === 0 ? first : `${first} and ${rest.length} more`;
  return {
    ok: false,
    code: 'PINNED',
    message: `A climbing release holds ${them}: it cannot all go in at once. Nothing was begun.`,
    issues,
  };
}
