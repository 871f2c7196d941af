import type { ResourceOf } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { checkName } from './references.ts';
import type { World } from './world.ts';

export function checkUpstream(draft: Draft, { spec }: ResourceOf<'Upstream'>, world: World): void {
  const report = world.reportFor(draft);
  for (const [index, { url }] of spec.endpoints.entries()) {
    // The secret itself is not repeated in the issue.
    if (/^https?:\/\/[^/?#]*@/i.test(url)) report('SECRET_IN_URL', ['spec', 'endpoints', index, 'url'], {});
  }
  if (spec.endpoints.length > 0 && spec.endpoints.every(({ weight }) => weight === 0)) {
    report('ZERO_WEIGHTS', ['spec', 'endpoints'], {}, { part: 'key', expected: 'a weight above 0' });
  }
  if (spec.fallback !== undefined) checkName('Upstream', spec.fallback, ['spec', 'fallback'], world, report);
}
