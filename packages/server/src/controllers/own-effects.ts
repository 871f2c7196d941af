import { canonicalJson } from '@ombre/decide';
import type { JsonValue, Placement } from '@ombre/decide/model';
import type { Effect, ReleaseEvent } from '@ombre/release';
import type { ApplyResult, Commands } from '../commands/commands.ts';
import type { Views } from '../views/views.ts';

/** An effect that the control plane carries out on itself. */
export type OwnEffect = Extract<Effect, { readonly kind: 'place' | 'land' | 'delete' }>;

/** The event that answers an own effect. `lost`: this controller is not in charge any more. `again`: nothing is known; perform it once more. */
export type OwnOutcome = Extract<ReleaseEvent, { readonly kind: 'placed' | 'result' }> | 'lost' | 'again';

export interface OwnParts {
  readonly environment: string;
  readonly commands: Pick<Commands, 'place' | 'apply' | 'land'>;
  readonly views: Pick<Views, 'head' | 'placements' | 'resource'>;
  readonly fence: { readonly lease: string; readonly token: number };
}

const AUTHOR = 'controller';
/** Times a move is tried again because the view of its version was behind. */
const TRIES = 5;

/** Performs a move, a landing or a deletion: each may be performed again after a crash and then finds it done. Never throws for what the store refuses. */
export function performOwn(parts: OwnParts, release: string, effect: OwnEffect): Promise<OwnOutcome> {
  if (effect.kind === 'place') return place(parts, release, effect);
  return effect.kind === 'land' ? land(parts, release, effect.key) : remove(parts, release, effect.key);
}

async function place(
  { environment, commands, views, fence }: OwnParts,
  release: string,
  { key, placement, why }: Extract<OwnEffect, { readonly kind: 'place' }>,
): Promise<OwnOutcome> {
  let epoch = 0;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const row = views.placements(environment)?.find((one) => one.release === release);
    epoch = row?.placement.epoch ?? 0;
    const there = row !== undefined && same(row.placement, placement);
    const revision = views.head(environment)?.head.revision ?? 0;
    if (there) return { kind: 'placed', epoch: placement.epoch, revision };
    const result = await commands.place({
      environment,
      author: AUTHOR,
      why,
      release,
      placement,
      version: row?.version ?? 0,
      fence,
    });
    if (result.ok) return { kind: 'placed', epoch: placement.epoch, revision: result.revision };
    if (result.code === 'CONFLICT') continue;
    const after = views.placements(environment)?.find((one) => one.release === release);
    return refused(key, result, after?.placement.epoch ?? 0);
  }
  return { kind: 'result', key, result: 'failed', detail: 'its version moved again and again', epoch };
}

async function land(
  { environment, commands, views, fence }: OwnParts,
  release: string,
  key: string,
): Promise<OwnOutcome> {
  const result = await commands.land({
    environment,
    author: AUTHOR,
    why: `${release} is landed`,
    release,
    fence,
  });
  // Gone already: it went in before a crash, or its author landed it meanwhile; nothing else lets a completed release go.
  const gone = views.resource(environment, `Release/${release}`) === undefined;
  return result.ok || gone ? { kind: 'result', key, result: 'done' } : refused(key, result);
}

async function remove(
  { environment, commands, views }: OwnParts,
  release: string,
  key: string,
): Promise<OwnOutcome> {
  const name = `Release/${release}`;
  const row = views.resource(environment, name);
  if (row === undefined) return { kind: 'result', key, result: 'done' };
  const result = await commands.apply({
    environment,
    author: AUTHOR,
    why: 'its author took it away, and nobody is treated any more',
    origin: row.origin,
    partial: true,
    resources: [],
    deletes: [name],
  });
  return result.ok ? { kind: 'result', key, result: 'done' } : refused(key, result);
}

function refused(
  key: string,
  result: Extract<ApplyResult, { readonly ok: false }>,
  epoch?: number,
): OwnOutcome {
  if (result.code === 'FENCED') return 'lost';
  if (result.code === 'UNAVAILABLE' || result.code === 'STORE_FULL') return 'again';
  const where = epoch === undefined ? {} : { epoch };
  return { kind: 'result', key, result: 'failed', detail: result.message, ...where };
}

function same(a: Placement, b: Placement): boolean {
  return canonicalJson(a as unknown as JsonValue) === canonicalJson(b as unknown as JsonValue);
}
