import type { Heard, Known, Node, NodeStore } from './node-store.ts';

/** Processes that share one memory, which only tests do. `holder` names who holds a lease now. */
export function memoryNodes(now: () => number, holder: (lease: string) => string | undefined): NodeStore {
  const nodes = new Map<string, Node & { readonly expires: number }>();
  const rows = new Map<string, Heard & { node: string; at: number; expires: number }>();
  const here = (id: string): Node | undefined => {
    const node = nodes.get(id);
    return node !== undefined && node.expires > now() ? node : undefined;
  };
  const of = (environment: string) => [...rows.values()].filter((row) => row.environment === environment);

  return {
    announce: async (node, ttl) => {
      nodes.set(node.id, { ...node, expires: now() + ttl });
    },
    hear: async (node, heard) => {
      const time = now();
      for (const one of heard) {
        const key = `${one.environment}\n${one.acknowledgement.receiver}`;
        const at = Math.round(time - one.ago);
        const before = rows.get(key);
        if (before !== undefined && before.node !== node && before.at > at) continue;
        rows.set(key, { ...structuredClone(one), node, at, expires: Math.round(time + one.leased) });
      }
    },
    receivers: async (environment, classes) =>
      of(environment)
        .filter(({ acknowledgement }) => classes?.includes(acknowledgement.class) ?? true)
        .map(({ node, expires, at, acknowledgement, connected }): Known => {
          const url = here(node)?.url ?? null;
          return {
            environment,
            acknowledgement,
            connected: connected && url !== null,
            ago: Math.max(0, now() - at),
            leased: Math.max(0, expires - now()),
            url,
            at,
          };
        })
        .toSorted((a, b) => (a.acknowledgement.receiver < b.acknowledgement.receiver ? -1 : 1)),
    activation: async (environment) => {
      const all = of(environment);
      return {
        held: all
          .filter(({ expires }) => expires > now())
          .map(({ acknowledgement: { lineage, revision } }) => ({ lineage, revision, count: 1 })),
        lacking: all
          .filter(
            ({ expires, acknowledgement }) =>
              expires > now() && (acknowledgement.unsupported ?? []).length > 0,
          )
          .map(({ acknowledgement }) => acknowledgement),
        goneGateways: all
          .filter(({ expires, acknowledgement }) => expires <= now() && acknowledgement.class === 'gateway')
          .map(({ acknowledgement }) => acknowledgement.receiver),
      };
    },
    holder: async (lease) => {
      const id = holder(lease);
      const node = id === undefined ? undefined : here(id);
      return node && { id: node.id, url: node.url, secret: node.secret };
    },
    forget: async (age) => {
      for (const [id, { expires }] of nodes) if (expires <= now() - age) nodes.delete(id);
      for (const [key, { expires }] of rows) if (expires <= now() - age) rows.delete(key);
    },
    leave: async (node, receiver) => {
      nodes.delete(node);
      for (const [key, row] of rows) {
        if (row.node === node && row.acknowledgement.receiver === receiver) rows.delete(key);
      }
    },
  };
}
