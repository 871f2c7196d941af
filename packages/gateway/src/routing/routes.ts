import type { JsonValue } from '@ombre/decide/model';
import type { Upstreams } from '../upstream/upstream.ts';
import { upstreamFor } from './router.ts';
import type { World } from './world.ts';

/** Where one variant's requests go. */
export interface RouteView {
  readonly variant: string;
  readonly value: JsonValue;
  /** Null: nothing is named after the value or the variant, and its requests are refused. */
  readonly upstream: string | null;
  readonly endpoints: readonly { readonly url: string; readonly weight: number }[];
  readonly fallback: string | null;
}

/** The routing flag's variants with their upstreams, in the order they are written. */
export function routesOf(world: World | undefined, upstreams: Upstreams): readonly RouteView[] {
  return Object.entries(world?.flag?.variants ?? {}).map(([variant, value]) => {
    const upstream = upstreamFor(value, variant, upstreams);
    return {
      variant,
      value,
      upstream: upstream?.name ?? null,
      endpoints: (upstream?.balancer.all ?? []).map(({ url, weight }) => ({ url: url.href, weight })),
      fallback: upstream?.fallback ?? null,
    };
  });
}
