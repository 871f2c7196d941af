import type { Counters, ReleaseCommandRequest, ReleaseView, RouteId } from '@ombre/protocol';
import type { Command } from '@ombre/release';
import { HANDED_ON } from '../../nodes/hand-on.ts';
import type { HandOnCounters } from '../../nodes/hand-on-counters.ts';
import type { Releases } from '../../releases/releases.ts';
import type { Call, Handler } from '../handler.ts';
import { Refusal, refusalOf } from '../refusal.ts';

type ReleaseRoute =
  | 'listReleases'
  | 'getRelease'
  | 'releaseEvents'
  | 'releasePlan'
  | 'pauseRelease'
  | 'resumeRelease'
  | 'promoteRelease'
  | 'abortRelease'
  | 'approveRelease'
  | 'landRelease'
  | 'counters';

/** What people ask and tell releases, and what gateways report of them; `handOn` brings a report to whoever controls, where that is not this process. */
export function releaseHandlers(
  releasesOf: (environment: string) => Releases | undefined,
  handOn?: HandOnCounters,
): Record<Extract<RouteId, ReleaseRoute>, Handler> {
  const of = ({ place }: Call): Releases => {
    const releases = releasesOf(place.environment);
    if (releases === undefined) throw unavailable('Releases are not followed here yet.');
    return releases;
  };
  const command = (what: Command): Handler => {
    return async (call): Promise<ReleaseView> => {
      const { why = '', author = 'api' } = call.body as ReleaseCommandRequest;
      const done = await of(call).command(nameOf(call), what, { by: author, why });
      if (!done.ok) throw done.code === 'UNAVAILABLE' ? unavailable(done.message) : refusalOf(done);
      return done.view;
    };
  };
  return {
    async listReleases(call) {
      const releases = await of(call).list();
      return { revision: call.place.live.current().head.head.revision, releases };
    },

    async getRelease(call) {
      const { events } = call.query as { readonly events?: number };
      return (await of(call).view(nameOf(call), events)) ?? missing(call);
    },

    async releaseEvents(call) {
      const { request, reply } = call;
      const name = nameOf(call);
      const last = Number(request.headers['last-event-id'] ?? Number.NaN);
      const releases = of(call);
      if ((await releases.view(name, 0)) === undefined) missing(call);
      const after = Number.isSafeInteger(last) && last >= 0 ? last : undefined;
      const headers = reply.getHeaders() as Record<string, string>;
      if (!(await releases.stream(reply.raw, name, after, headers))) {
        throw new Refusal('RECEIVERS_FULL', undefined, {}, { 'retry-after': '5' });
      }
      return reply.hijack();
    },

    releasePlan(call) {
      return of(call).plan(nameOf(call), call.query) ?? missing(call);
    },

    pauseRelease: command('pause'),
    resumeRelease: command('resume'),
    promoteRelease: command('promote'),
    abortRelease: command('abort'),
    approveRelease: command('approve'),
    landRelease: command('land'),

    async counters(call) {
      const report = call.body as Counters;
      const answer = await of(call).take(report);
      if (answer !== undefined) return answer;
      const handed = call.request.headers[HANDED_ON] !== undefined;
      const elsewhere = handed ? undefined : await handOn?.(call.place.environment, report);
      if (elsewhere === undefined) throw unavailable('No process controls this environment now.');
      return elsewhere;
    },
  };
}

function nameOf({ parameters }: Call): string {
  return parameters.name ?? '';
}

function missing(call: Call): never {
  throw new Refusal('NOT_FOUND', `There is no Release/${nameOf(call)}.`);
}

function unavailable(message: string): Refusal {
  return new Refusal('UNAVAILABLE', message, {}, { 'retry-after': '1' });
}
