import type { Clock } from '@ombre/carry';
import { basePath, type RouteId, routePath, routes } from '@ombre/protocol';
import type { Log } from '../http/log.ts';
import type { Node, NodeStore } from '../store/nodes/node-store.ts';

export interface HandedOn {
  readonly status: number;
  readonly body: unknown;
  /** What the answer says under `Retry-After`. */
  readonly retryAfter: string | undefined;
}

/** Hands a request to the process that controls its environment; undefined where no other process does, or it does not answer. */
export type HandOn = (
  environment: string,
  route: RouteId,
  request: { readonly parameters?: Readonly<Record<string, string>>; readonly body?: unknown },
  patience: number,
) => Promise<HandedOn | undefined>;

/** The header that names who handed a request on: it is not handed on again. */
export const HANDED_ON = 'ombre-handed-on-by';

/** Who controls is looked up this often, in ms. */
const LOOKED_UP = 1_000;

/** Requests as they came, with what processes show each other in the place of the caller's token, which was checked here. */
export function createHandOn(options: {
  readonly self: string;
  readonly nodes: Pick<NodeStore, 'holder'>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}): HandOn {
  const { self, nodes, clock, log } = options;
  const known = new Map<string, { readonly node: Promise<Node | undefined>; readonly at: number }>();

  function holderOf(environment: string): Promise<Node | undefined> {
    const found = known.get(environment);
    if (found !== undefined && clock.monotonic() - found.at < LOOKED_UP) return found.node;
    const node = nodes.holder(`controller/${environment}`);
    known.set(environment, { node, at: clock.monotonic() });
    return node;
  }

  return async (environment, id, { parameters, body }, patience) => {
    try {
      const holder = await holderOf(environment);
      // This process may hold the lease and not know it yet.
      if (holder === undefined || holder.id === self) return undefined;
      const url = `${holder.url}${basePath(environment)}${routePath(id, parameters)}`;
      const answer = await options.fetch(url, {
        method: routes[id].method,
        headers: {
          authorization: `Bearer ${holder.secret}`,
          [HANDED_ON]: self,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      });
      const said: unknown = await answer.json();
      // It may be in charge no more.
      if (answer.status === 503) known.delete(environment);
      const retryAfter = answer.headers.get('retry-after') ?? undefined;
      return { status: answer.status, body: said, retryAfter };
    } catch (error) {
      known.delete(environment);
      log.debug({ environment, error: String(error) }, 'a request could not be handed to who controls');
      return undefined;
    }
  };
}
