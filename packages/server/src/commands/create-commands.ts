import { inSlices } from '@ombre/carry';
import { encodeSnapshot } from '@ombre/decide';
import { generateKeyPair } from '../keys/key-pair.ts';
import { sealChange } from '../store/hash-chain.ts';
import { sha256 } from '../store/sha256.ts';
import { type Store, StoreError } from '../store/store.ts';
import { breakGlassEntry } from '../views/effective-entries.ts';
import { readSignedKill } from './break-glass.ts';
import type { ApplyInput, ApplyResult, Asked, BreakGlassInput, Commands } from './commands.ts';
import { type Commit, commit } from './commit.ts';
import { type Checks, NOTHING, type Planned } from './plan.ts';
import { digestSet, planApply } from './plan-apply.ts';
import { planLand } from './plan-land.ts';
import { expired, planLay, planLift, planOverride } from './plan-override.ts';
import { planPlace } from './plan-place.ts';
import { planRestore } from './plan-restore.ts';
import { MOST_SUCCESSIONS, readSuccession } from './succession.ts';

export interface CommandParts extends Commit {
  readonly checks: Checks;
  /** A new random id of at least 16 hexadecimal digits, for lineages. */
  readonly newId: () => string;
  /** Told of releases whose author took them away while they climb: kept until they are rolled back. */
  readonly leaving?: ((environment: string, release: string, by: string) => Promise<void>) | undefined;
}

/** The commands over a store: each decides from the mirror of its environment and commits what it decided as one revision. */
export function createCommands(parts: CommandParts): Commands {
  const { store, clock, checks } = parts;

  return {
    init: (asked) => init(parts, asked),

    apply: (input) => apply(parts, input),

    restore: ({ to, ...asked }) =>
      commit(parts, {
        ...asked,
        action: 'restore',
        decide: async (mirror): Promise<Planned> => {
          const then = await store.at(asked.environment, to);
          if (then === undefined) {
            const { revision } = mirror.state.head;
            return {
              ok: false,
              code: 'NOT_FOUND',
              message: `There is no revision ${to}; the head is ${revision}.`,
            };
          }
          return inSlices(planRestore(mirror, to, then, asked.dryRun === true, checks));
        },
      }),

    override: (input) =>
      commit(parts, {
        ...input,
        action: 'override',
        decide: ({ state }) => planOverride(state, input, { now: clock.now(), at: clock.nanos() }),
      }),

    place: (input) =>
      commit(parts, {
        ...input,
        action: 'place',
        fence: input.fence,
        decide: ({ state }) => planPlace(state, input),
      }),

    land: (input) =>
      commit(parts, {
        ...input,
        action: 'apply',
        origin: 'api',
        fence: input.fence,
        decide: (mirror) => inSlices(planLand(mirror, input, checks)),
      }),

    breakGlass: (input) => breakGlass(parts, input),

    expire: (environment) =>
      commit(parts, {
        environment,
        author: 'ombre',
        why: 'its time ran out',
        action: 'expire',
        decide: ({ state }) => planLift(expired(state, clock.now())),
      }),
  };
}

async function apply(parts: CommandParts, input: ApplyInput): Promise<ApplyResult> {
  const { store, checks, clock } = parts;
  const { environment, origin } = input;
  const whole = input.partial !== true;
  const digestOf = () => inSlices(digestSet(input.resources));
  let skipped = false;
  const result = await commit(parts, {
    ...input,
    action: 'apply',
    decide: async (mirror) => {
      const last = input.once === true ? await store.standing(environment) : [];
      const own = whole ? last.find((standing) => standing.origin === origin) : undefined;
      skipped = own !== undefined && own.digest === (await digestOf());
      return skipped ? NOTHING : inSlices(planApply(mirror, input, checks));
    },
  });
  if (result.ok && whole && !skipped && input.dryRun !== true) {
    const { revision, issues } = result;
    // Digested when all that waits for the change has it.
    const digest = await digestOf();
    const standing = { origin, digest, revision, at: clock.now(), issues: JSON.stringify(issues) };
    // The change is committed whatever becomes of this note: without it a restart applies the same set once more.
    await store.stand(environment, standing).catch(ignoreStoreError);
  }
  await sendBack(parts, input, result);
  return result;
}

/** Has the releases rolled back that a save takes away while they climb; they go when nobody is treated any more. */
async function sendBack(
  parts: CommandParts,
  { environment, author, dryRun }: Pick<ApplyInput, 'environment' | 'author' | 'dryRun'>,
  result: ApplyResult,
): Promise<void> {
  if (!result.ok || dryRun === true) return;
  for (const { code, resource = '' } of result.issues) {
    if (code !== 'RELEASE_GOES_BACK') continue;
    await parts.leaving?.(environment, resource.slice('Release/'.length), author);
  }
}

function ignoreStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

async function breakGlass(parts: CommandParts, input: BreakGlassInput): Promise<ApplyResult> {
  const { store, mirrors, clock } = parts;
  const { environment } = input;
  const state = mirrors.get(environment)?.state;
  const read = state === undefined ? undefined : readSignedKill(state, input, clock.now());
  if (read?.ok === false) return read;
  const kill = read?.kill;
  const id = `break-glass/${kill?.id}`;
  return commit(parts, {
    environment,
    author: kill?.by ?? '',
    why: kill?.why ?? '',
    action: 'break-glass',
    decide: async (mirror): Promise<Planned> => {
      if (kill === undefined) return NOTHING;
      const lineages = [mirror.state.head.lineage, ...(await succeeded(store, environment))];
      if (!lineages.includes(kill.lineage)) {
        return {
          ok: false,
          code: 'SIGNATURE_INVALID',
          message: `${environment} never was of lineage ${kill.lineage}.`,
        };
      }
      // Every receiver that was asked hands it in; and one that was lifted since must not come back.
      const before = await store.written(environment, 'Override', id);
      if (before.length > 0) return NOTHING;
      const { flag, by, why, expires: until, issued } = kill;
      const plan = planLay(mirror.state, { id, kind: 'kill', flag, by, why, at: clock.nanos(), until });
      return { ...plan, facts: { issued, payload: input.payload, signature: input.signature } };
    },
  });
}

/** Lineages that came before the current one. */
async function succeeded(store: Store, environment: string): Promise<readonly string[]> {
  const changes = await store.before(environment, { limit: MOST_SUCCESSIONS, action: 'succeed' });
  return changes.flatMap((change) => readSuccession(change)?.from.lineage ?? []);
}

/** Makes an environment with its first change, or, where another version of Ombre encoded it, makes the revision with today's bytes. */
async function init(parts: CommandParts, asked: Asked): ReturnType<Commands['init']> {
  const { store, mirrors, clock, signer, newId } = parts;
  const { environment, author, why } = asked;
  const known = await mirrors.open(environment);
  if (known !== undefined) {
    if (!known.agrees) {
      await commit(parts, {
        environment,
        author: 'ombre',
        why: 'this version of Ombre writes the same resources with other bytes',
        action: 'encode',
        always: true,
        decide: () => NOTHING,
      });
    }
    return { created: false };
  }
  const breakGlass = generateKeyPair();
  const change = sealChange(
    {
      environment,
      lineage: newId(),
      revision: 1,
      at: clock.nanos(),
      author,
      why,
      action: 'init',
      origin: null,
      from: null,
      to: encodeSnapshot([breakGlassEntry(breakGlass.publicKey)], sha256).digest,
      names: [],
      diff: [],
      writes: [],
      facts: { breakGlass: breakGlass.publicKey },
    },
    null,
    signer(),
  );
  const created = await store.begin({ change, breakGlass: breakGlass.publicKey });
  await mirrors.open(environment);
  return created ? { created, breakGlassKey: breakGlass.privateKey } : { created };
}
