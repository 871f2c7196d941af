import type { ReceiverView } from '@ombre/protocol';
import type { Receivers } from '../sync/receivers.ts';
import { type ReceiversSeen, seeReceivers } from './receivers-seen.ts';

/** What a process serves itself, over OFREP: it is a receiver too. */
export interface Served {
  readonly lineage: string;
  readonly revision: number;
  readonly digest: string;
}

/** The receivers of every process that serves from this store. Fails where they cannot be known, rather than leave some out. */
export interface KnownReceivers {
  /** As people see them beside a head. */
  view(
    environment: string,
    at: { readonly lineage: string; readonly revision: number },
  ): Promise<readonly ReceiverView[]>;
  /** Answers when whoever counts receivers counts those this process has heard. */
  settle(): Promise<void>;
  /** As controllers count them, the processes that serve among them. */
  seen(environment: string, lineage: string): Promise<ReceiversSeen>;
}

/** Where one process at a time has the store, it knows them all. */
export function soleReceivers(
  receivers: Receivers,
  served: (environment: string) => Served | undefined,
): KnownReceivers {
  return {
    view: async (environment, at) => receivers.view(environment, at),
    settle: async () => {},
    seen: async (environment, lineage) => {
      const own = served(environment)?.revision ?? -1;
      const rows = [...receivers.entries()].filter((row) => row.environment === environment);
      return seeReceivers(
        {
          held: [
            { lineage, revision: own, count: 1 },
            ...rows
              .filter(({ leased }) => leased > 0)
              .map(({ acknowledgement: { lineage: of, revision } }) => ({
                lineage: of,
                revision,
                count: 1,
              })),
          ],
          lacking: rows.filter(({ leased }) => leased > 0).map(({ acknowledgement }) => acknowledgement),
          goneGateways: rows
            .filter(({ leased, acknowledgement }) => leased === 0 && acknowledgement.class === 'gateway')
            .map(({ acknowledgement }) => acknowledgement.receiver),
        },
        lineage,
      );
    },
  };
}
