import type { ResourceOf } from '@ombre/decide/model';
import type { Draft } from '../shape/draft.ts';
import { checkUnit } from './references.ts';
import type { World } from './world.ts';

export function checkHoldout(draft: Draft, { spec }: ResourceOf<'Holdout'>, world: World): void {
  checkUnit(spec.unit, ['spec', 'unit'], world, world.reportFor(draft));
}
