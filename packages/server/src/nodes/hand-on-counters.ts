import type { Clock } from '@ombre/carry';
import { basePath, type Counters, routes } from '@ombre/protocol';
import type { Log } from '../http/log.ts';
import type { Node, NodeStore } from '../store/nodes/node-store.ts';

/** Hands a gateway's report to the process that controls its environment; undefined where there is none that takes it. */
export type HandOnCounters = (
  environment: string,
  report: Counters,
) => Promise<{ readonly resend: boolean } | undefined>;

/** Who controls is looked up this often, and a report is given so long, in ms. */
const LOOKED_UP = 1_000;
const PATIENCE = 2_000;

/**
 * Reports are cumulative and numbered within a boot: one handed on twice counts once, and one of which nobody knows whether it arrived
 * is followed by a larger one. So nothing is kept or tried again here.
 */
export function createHandOnCounters(options: {
  readonly self: string;
  readonly nodes: Pick<NodeStore, 'holder'>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}): HandOnCounters {
  const { self, nodes, clock, log } = options;
  const known = new Map<string, { readonly node: Promise<Node | undefined>; readonly at: number }>();

  function holderOf(environment: string): Promise<Node | undefined> {
    const found = known.get(environment);
    if (found !== undefined && clock.monotonic() - found.at < LOOKED_UP) return found.node;
    const node = nodes.holder(`controller/${environment}`);
    known.set(environment, { node, at: clock.monotonic() });
    return node;
  }

  return async (environment, report) => {
    try {
      const holder = await holderOf(environment);
      // This process may hold the lease and not know it yet.
      if (holder === undefined || holder.id === self) return undefined;
      const answer = await options.fetch(`${holder.url}${basePath(environment)}${routes.counters.path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${holder.secret}`,
          [HANDED_ON]: self,
        },
        body: JSON.stringify(report),
        signal: AbortSignal.timeout(PATIENCE),
      });
      const body: unknown = await answer.json();
      if (!answer.ok || typeof body !== 'object' || body === null || !('resend' in body))
        throw new Error(`answered ${answer.status}`);
      return { resend: body.resend === true };
    } catch (error) {
      known.delete(environment);
      log.debug({ environment, error: String(error) }, 'a report could not be handed to who controls');
      return undefined;
    }
  };
}

/** The header that names who handed a report on: it is not handed on again. */
export const HANDED_ON = 'ombre-handed-on-by';
