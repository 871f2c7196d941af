import type { NodeStore } from '../store/nodes/node-store.ts';
import { VERSION } from '../version.ts';
import { createPresence, type Presence } from './presence.ts';
import {
  ownReceiver,
  type SharedReceivers,
  type SharedReceiversOptions,
  shareReceivers,
} from './shared-receivers.ts';

/** One control-plane process among several on one database: it says that it is there, and shares which receivers it hears. */
export interface JoinedNodes {
  readonly presence: Presence;
  readonly sharing: SharedReceivers;
  /** Stops sharing, then takes leave. */
  close(): Promise<void>;
}

type Parts = Omit<SharedReceiversOptions, 'agent' | 'nodes'> & { readonly nodes: NodeStore };

/** Shares from now on; the others are told of this process only once its caller begins its presence, with an address that answers. */
export function joinNodes(parts: Parts): JoinedNodes {
  const { nodes, clock, log } = parts;
  const presence = createPresence({ nodes, receiver: ownReceiver, clock, log });
  const sharing = shareReceivers({ ...parts, agent: `ombre ${VERSION}` });
  return {
    presence,
    sharing,
    async close() {
      await sharing.close();
      await presence.close();
    },
  };
}
