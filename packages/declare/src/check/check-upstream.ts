import type { ResourceOf } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { checkAddress, checkTime } from './check-address.ts';
import { checkName } from './references.ts';
import type { World } from './world.ts';

export function checkUpstream(draft: Draft, { spec }: ResourceOf<'Upstream'>, world: World): void {
  const report = world.reportFor(draft);
  for (const [index, { url }] of spec.endpoints.entries()) {
    checkAddress(url, ['spec', 'endpoints', index, 'url'], report);
  }
  if (spec.endpoints.length > 0 && spec.endpoints.every(({ weight }) => weight === 0)) {
    report('ZERO_WEIGHTS', ['spec', 'endpoints'], {}, { part: 'key', expected: 'a weight above 0' });
  }
  checkTime(spec.timeout, ['spec', 'timeout'], report);
  if (spec.fallback !== undefined) checkName('Upstream', spec.fallback, ['spec', 'fallback'], world, report);
}
