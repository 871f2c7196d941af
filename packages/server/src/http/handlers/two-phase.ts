import type { JsonValue } from '@ombre/decide/model';
import type { RouteId, TwoPhaseAnswer, TwoPhaseRequest, TwoPhaseView } from '@ombre/protocol';
import type { Coordinator } from '../../two-phase/coordinator.ts';
import type { Coordinators } from '../../two-phase/open-coordinators.ts';
import type { Call, Handler } from '../handler.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { readResources } from '../resources.ts';

/** Changes that receivers activate together. */
export function twoPhaseHandlers(
  coordinators: Pick<Coordinators, 'of'>,
): Record<Extract<RouteId, 'twoPhase' | 'getTwoPhase'>, Handler> {
  const of = ({ place }: Call): Coordinator => {
    const coordinator = coordinators.of(place.environment);
    if (coordinator === undefined) throw new Refusal('ENVIRONMENT_UNKNOWN');
    return coordinator;
  };
  return {
    async twoPhase(call): Promise<TwoPhaseAnswer> {
      const {
        resources,
        author = 'api',
        why = '',
        ...request
      } = call.body as Omit<TwoPhaseRequest, 'resources'> & { readonly resources: readonly JsonValue[] };
      const begun = await of(call).begin({
        ...request,
        environment: call.place.environment,
        author,
        why,
        resources: readResources(resources),
      });
      if (!begun.ok) {
        const { issues, moved, retryAfter } = {
          issues: undefined,
          moved: undefined,
          retryAfter: undefined,
          ...begun,
        };
        throw refusalOf(
          begun,
          { ...(issues === undefined ? {} : { issues }), ...(moved === undefined ? {} : { moved }) },
          retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / 1000)) },
        );
      }
      const { plan, members, change } = begun;
      const changed = plan.writes.length > 0 || change !== undefined;
      return { changed, diff: plan.diff, issues: plan.issues, members, change: change ?? null };
    },

    async getTwoPhase(call): Promise<TwoPhaseView> {
      const id = call.parameters.id ?? '';
      const found = await of(call).find(id);
      if (found === undefined) throw new Refusal('NOT_FOUND', `There is no two-phase change ${id}.`);
      return found;
    },
  };
}
