import type { Clock } from '@ombre/carry';
import { heldOutAt, planRelease } from '@ombre/release';
import type { Controller } from '../controllers/controller.ts';
import type { Views } from '../views/views.ts';
import { matchingOf } from './matching.ts';
import type { Releases } from './releases.ts';

/** What a plan assumes where nothing was counted and nothing given. */
const ASSUMED = { requestsPerSecond: 1, errorRate: 0.005 };

/** The plan of a release for the traffic that is given, else counted, else assumed; undefined where there is no such release. */
export function planFor(
  parts: {
    readonly environment: string;
    readonly views: Pick<Views, 'resource' | 'resources'>;
    readonly controller: Pick<Controller, 'traffic' | 'time'>;
    readonly clock: Clock;
  },
  release: string,
  given: Parameters<Releases['plan']>[1],
): ReturnType<Releases['plan']> {
  const { environment, views, controller, clock } = parts;
  const resource = views.resource(environment, `Release/${release}`)?.resource;
  if (resource?.kind !== 'Release') return undefined;
  const seen = controller.traffic.read(resource.spec.flag, controller.time());
  const source =
    given.requestsPerSecond !== undefined ? 'given' : seen === undefined ? 'assumed' : 'observed';
  const requestsPerSecond = given.requestsPerSecond ?? seen?.requestsPerSecond ?? ASSUMED.requestsPerSecond;
  const errorRate = given.errorRate ?? seen?.errorRate ?? ASSUMED.errorRate;
  const holdouts = (views.resources(environment, { kind: 'Holdout' }) ?? []).map((row) => row.resource);
  const heldOut = heldOutAt(holdouts, clock.now());
  const matching = matchingOf(resource.spec, seen?.levels[release] ?? {}, heldOut);
  const plan = planRelease(resource.spec, { requestsPerSecond, failures: errorRate, heldOut, matching });
  const known = Object.keys(matching).length > 0 ? { matching } : {};
  return { plan, traffic: { requestsPerSecond, errorRate, source, ...known } };
}
