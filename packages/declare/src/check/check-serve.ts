import type { Serve } from '@ombre/decide/model';
import type { Path } from '../issue/issue.ts';
import type { Report } from './world.ts';

/** A variant that something serves, and where it is named. */
export interface ServedVariant {
  readonly variant: string;
  readonly path: Path;
  readonly part: 'key' | 'value';
}

/** The variants a `serve` names. A table's are named in its rows. */
export function servedVariants(serve: Serve, path: Path): readonly ServedVariant[] {
  if ('split' in serve) {
    return Object.keys(serve.split).map((variant) => ({
      variant,
      path: [...path, 'split', variant],
      part: 'key',
    }));
  }
  return 'variant' in serve ? [{ variant: serve.variant, path: [...path, 'variant'], part: 'value' }] : [];
}

/** Reports a split without weight and a share of nothing. */
export function checkWeights(serve: Serve, path: Path, report: Report): void {
  if ('split' in serve && Object.values(serve.split).every((weight) => weight === 0)) {
    report('ZERO_WEIGHTS', [...path, 'split'], {}, { expected: 'a weight above 0' });
  }
  if ('share' in serve && serve.share === 0) {
    report('ZERO_SHARE', [...path, 'share'], { variant: JSON.stringify(serve.variant) });
  }
}

/** Whether everybody who gets to it gets a variant from it. */
export function servesEverybody(serve: Serve): boolean {
  return 'split' in serve || ('share' in serve ? serve.share === 1 : 'variant' in serve);
}
