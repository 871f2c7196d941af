import type { Acknowledgement } from '@ombre/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.ts';
import type { Heard, NodeStore } from './node-store.ts';

/** A store under test, empty. */
export interface OpenNodes {
  readonly store: Store & { readonly nodes: NodeStore };
  close(): Promise<void>;
}

const P = 'shop/live';
const node = (id: string) => ({ id, url: `http://${id}:7171`, secret: `secret of ${id}` });
/** An acknowledgement of a revision of the lineage `l`. */
export const ack = (
  receiver: string,
  revision: number,
  more: Partial<Acknowledgement> = {},
): Acknowledgement => ({
  receiver,
  class: 'sdk',
  lineage: 'l',
  revision,
  digest: 'a'.repeat(64),
  ...more,
});
const heard = (acknowledgement: Acknowledgement, more: Partial<Heard> = {}): Heard => ({
  environment: P,
  acknowledgement,
  connected: true,
  ago: 10,
  leased: 60_000,
  ...more,
});

/** What every store that processes meet in keeps to. */
export function nodesContract(name: string, open: () => Promise<OpenNodes>): void {
  describe(`processes that meet in ${name}`, () => {
    let opened: OpenNodes;
    let store: OpenNodes['store'];
    let nodes: NodeStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      nodes = store.nodes;
    });
    afterEach(() => opened.close());

    const revisions = async () =>
      (await nodes.receivers(P)).map(({ acknowledgement }) => [
        acknowledgement.receiver,
        acknowledgement.revision,
      ]);

    test('tell what others heard, word for word, with the time its lease still runs', async () => {
      await nodes.announce(node('n1'), 60_000);
      const first = ack('a', 7, {
        class: 'gateway',
        staged: { id: 'c', version: 2 },
        unsupported: [{ flag: 'f', code: 'X', detail: 'naïve "x"' }],
        trusts: ['k'],
      });
      await nodes.hear('n1', [
        heard(first),
        heard(ack('b', 8)),
        heard(ack('z', 1), { environment: 'o/ther' }),
      ]);
      const [one, two, ...rest] = await nodes.receivers(P);
      expect(rest).toEqual([]);
      expect(one).toMatchObject({ acknowledgement: first, connected: true, url: 'http://n1:7171' });
      expect(one?.ago).toBeGreaterThanOrEqual(10);
      expect(one?.leased).toBeGreaterThan(0);
      expect(one?.leased).toBeLessThanOrEqual(60_000);
      expect(two?.acknowledgement.receiver).toBe('b');
      expect((await nodes.receivers(P, ['gateway', 'ofrep'])).map((row) => row.acknowledgement)).toEqual([
        first,
      ]);
    });

    test('believe of a receiver what was heard last, whoever heard it and in whatever order they say so', async () => {
      await nodes.hear('n1', [heard(ack('a', 9), { ago: 5_000 })]);
      await nodes.hear('n2', [heard(ack('a', 7), { ago: 1_000 })]);
      expect(await revisions()).toEqual([['a', 7]]);
      await nodes.hear('n1', [heard(ack('a', 9), { ago: 4_000 })]);
      expect(await revisions()).toEqual([['a', 7]]);
      await nodes.hear('n1', [heard(ack('a', 8)), heard(ack('a', 10))]);
      expect(await revisions()).toEqual([['a', 10]]);
    });

    test('count those whose lease runs by what they serve, and name gateways whose lease ran out', async () => {
      const unsupported = [{ flag: 'f', code: 'X', detail: 'x' }];
      await nodes.hear('n1', [
        heard(ack('a', 7, { unsupported })),
        heard(ack('b', 7)),
        heard(ack('c', 8), { leased: 0 }),
      ]);
      await nodes.hear('n2', [
        heard(ack('d', 8)),
        heard(ack('e', 7, { lineage: 'old' })),
        heard(ack('g', 8, { class: 'gateway', unsupported }), { leased: 0 }),
      ]);
      const { held, lacking, goneGateways } = await nodes.activation(P);
      const count = (lineage: string, revision: number): number =>
        held
          .filter((row) => row.lineage === lineage && row.revision === revision)
          .reduce((sum, row) => sum + row.count, 0);
      expect([count('l', 7), count('l', 8), count('old', 7)]).toEqual([2, 1, 1]);
      expect(held.reduce((sum, row) => sum + row.count, 0)).toBe(4);
      expect(lacking).toEqual([ack('a', 7, { unsupported })]);
      expect(goneGateways).toEqual(['g']);
    });

    test('find who holds a lease, as long as it holds it and is there', async () => {
      expect(await nodes.holder('controller')).toBeUndefined();
      await store.lease('controller', 'n1', 60_000);
      expect(await nodes.holder('controller')).toBeUndefined();
      await nodes.announce(node('n1'), 60_000);
      await nodes.announce(node('n2'), 60_000);
      expect(await nodes.holder('controller')).toEqual(node('n1'));
      await store.release('controller', 'n1');
      expect(await nodes.holder('controller')).toBeUndefined();
      await store.lease('controller', 'n2', 60_000);
      await nodes.announce({ ...node('n2'), url: 'http://elsewhere' }, 60_000);
      expect(await nodes.holder('controller')).toMatchObject({ url: 'http://elsewhere' });
      await nodes.announce(node('n2'), 0);
      expect(await nodes.holder('controller')).toBeUndefined();
    });

    test('take with them what they said of themselves, and leave their receivers their leases', async () => {
      await nodes.announce(node('n1'), 60_000);
      await nodes.hear('n1', [heard(ack('ombre-n1', 7, { class: 'ofrep' })), heard(ack('a', 7))]);
      await nodes.leave('n1', 'ombre-n1');
      expect(await nodes.receivers(P)).toMatchObject([
        { acknowledgement: { receiver: 'a' }, connected: false, url: null },
      ]);
      expect((await nodes.activation(P)).held).toEqual([{ lineage: 'l', revision: 7, count: 1 }]);
    });

    test('are forgotten with their receivers some time after they ended', async () => {
      await nodes.hear('n1', [heard(ack('a', 7), { leased: 0 }), heard(ack('b', 7))]);
      await nodes.forget(60_000);
      expect(await revisions()).toHaveLength(2);
      await nodes.forget(0);
      expect(await revisions()).toEqual([['b', 7]]);
    });
  });
}
