import type { JsonValue, Resource } from '@ombre/decide/model';
import type {
  Applied,
  ApplyRequest,
  OverrideRequest,
  RollbackRequest,
  RouteId,
  TargetRequest,
} from '@ombre/protocol';
import type { ApplyResult, Asked, Commands, OverrideInput } from '../../commands/commands.ts';
import type { Call, Handler } from '../handler.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { readResources } from '../resources.ts';

type WriteRoute =
  | 'apply'
  | 'putResource'
  | 'deleteResource'
  | 'rollback'
  | 'breakGlass'
  | 'kill'
  | 'unkill'
  | 'target'
  | 'untarget';

/** Every write of an environment: each hands one command over and answers what it said. */
export function writeHandlers(commands: Commands): Record<Extract<RouteId, WriteRoute>, Handler> {
  return {
    async apply({ place, body }) {
      const { resources, author, why, ...request } = body as Omit<ApplyRequest, 'resources'> & {
        readonly resources: readonly JsonValue[];
      };
      return answer(
        await commands.apply({
          ...request,
          ...asked(place.environment, { author, why }),
          resources: await readResources(resources),
        }),
      );
    },

    async putResource(call) {
      const [resource] = (await readResources([call.body as JsonValue])) as readonly [Resource];
      const key = `${call.parameters.kind}/${call.parameters.name}`;
      if (key !== `${resource.kind}/${resource.metadata.name}`) {
        throw new Refusal(
          'REQUEST_INVALID',
          `The body is ${resource.kind}/${resource.metadata.name}, the path ${key}.`,
        );
      }
      return answer(
        await commands.apply({
          ...asked(call.place.environment, call.query),
          origin: 'api',
          partial: true,
          resources: [resource],
          generations: { [key]: generationOf(call) },
        }),
      );
    },

    async deleteResource(call) {
      const key = `${call.parameters.kind}/${call.parameters.name}`;
      return answer(
        await commands.apply({
          ...asked(call.place.environment, call.query),
          origin: 'api',
          partial: true,
          resources: [],
          deletes: [key],
          generations: { [key]: generationOf(call) },
        }),
      );
    },

    async rollback({ place, body }) {
      const { to, dryRun = false, ...who } = body as RollbackRequest;
      return answer(await commands.restore({ ...asked(place.environment, who), to, dryRun }));
    },

    async breakGlass({ place, body }) {
      const { payload, signature } = body as { payload: string; signature: string };
      return answer(await commands.breakGlass({ environment: place.environment, payload, signature }));
    },

    kill: (call) =>
      override(call, call.body as OverrideRequest, ({ until }) => ({ kill: withEnd({}, until) })),
    unkill: (call) => override(call, call.query, () => ({ kill: null })),
    target: (call) =>
      override(call, call.body as TargetRequest, ({ variant, until }) => ({
        target: withEnd({ unit: call.parameters.unit ?? '', variant }, until),
      })),
    untarget: (call) =>
      override(call, call.query, () => ({ target: { unit: call.parameters.unit ?? '', variant: null } })),
  };

  async function override<R extends Who>(
    call: Call,
    request: R,
    laid: (request: R) => Pick<OverrideInput, 'kill' | 'target'>,
  ): Promise<Applied> {
    const flag = call.parameters.flag ?? '';
    const input = { ...asked(call.place.environment, request), flag, ...laid(request) };
    return answer(await commands.override(input as OverrideInput));
  }
}

interface Who {
  readonly author?: unknown;
  readonly why?: unknown;
}

function asked(environment: string, who: Who): Asked {
  const author = typeof who.author === 'string' ? who.author : 'api';
  return { environment, author, why: typeof who.why === 'string' ? who.why : '' };
}

function withEnd<T extends object>(thing: T, until: number | undefined): T & { readonly until?: number } {
  return until === undefined ? thing : { ...thing, until };
}

/** The generation in `If-Match`, quoted or not; `0` or `If-None-Match: *` create. */
function generationOf({ request }: Call): number {
  const { 'if-match': match, 'if-none-match': none } = request.headers;
  if (none === '*') return 0;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(match ?? '')?.[1];
  if (digits === undefined) throw new Refusal('GENERATION_REQUIRED');
  return Number(digits);
}

/** A command's answer as it goes over the wire; a refusal is thrown. */
function answer(result: ApplyResult): Applied {
  if (!result.ok) {
    throw refusalOf(result, {
      ...('issues' in result ? { issues: result.issues } : {}),
      ...('moved' in result ? { moved: result.moved } : {}),
    });
  }
  const { revision, changed, diff, issues, kept, rolledBack } = result;
  return { revision, changed, diff, issues, kept, ...(rolledBack === undefined ? {} : { rolledBack }) };
}
