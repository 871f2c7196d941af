import type { JsonValue } from '@ombre/decide/model';
import type { RouteId, TwoPhaseAnswer, TwoPhaseRequest, TwoPhaseView } from '@ombre/protocol';
import { HANDED_ON, type HandOn } from '../../nodes/hand-on.ts';
import type { Coordinator } from '../../two-phase/coordinator.ts';
import type { Coordinators } from '../../two-phase/open-coordinators.ts';
import type { Call, Handler } from '../handler.ts';
import { Refusal, refusalOf } from '../refusal.ts';
import { readResources } from '../resources.ts';

/** How long whoever coordinates may take, in ms. */
const PATIENCE = 30_000;

/** Changes that receivers activate together; `handOn` brings what is asked to the process that coordinates. */
export function twoPhaseHandlers(
  coordinators: Pick<Coordinators, 'of'>,
  handOn?: HandOn,
): Record<Extract<RouteId, 'twoPhase' | 'getTwoPhase'>, Handler> {
  const of = ({ place }: Call): Coordinator => {
    const coordinator = coordinators.of(place.environment);
    if (coordinator === undefined) throw new Refusal('ENVIRONMENT_UNKNOWN');
    return coordinator;
  };
  /** What another process answered, which coordinates; undefined where it is to be answered here. */
  async function elsewhere(call: Call, route: 'twoPhase' | 'getTwoPhase'): Promise<unknown> {
    const here = of(call).follows === undefined || call.request.headers[HANDED_ON] !== undefined;
    if (here || handOn === undefined) return undefined;
    const { id } = call.parameters;
    const request = id === undefined ? { body: call.body } : { parameters: { id } };
    const answer = await handOn(call.place.environment, route, request, PATIENCE);
    if (answer === undefined) return undefined;
    if (answer.retryAfter !== undefined) void call.reply.header('retry-after', answer.retryAfter);
    return call.reply.code(answer.status).send(answer.body);
  }

  return {
    async twoPhase(call): Promise<unknown> {
      const answered = await elsewhere(call, 'twoPhase');
      if (answered !== undefined) return answered;
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
        resources: await readResources(resources),
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
      const answer: TwoPhaseAnswer = {
        changed,
        diff: plan.diff,
        issues: plan.issues,
        members,
        change: change ?? null,
      };
      return answer;
    },

    async getTwoPhase(call): Promise<unknown> {
      const answered = await elsewhere(call, 'getTwoPhase');
      if (answered !== undefined) return answered;
      const id = call.parameters.id ?? '';
      const found = await of(call).find(id);
      if (found === undefined) throw new Refusal('NOT_FOUND', `There is no two-phase change ${id}.`);
      return found satisfies TwoPhaseView;
    },
  };
}
