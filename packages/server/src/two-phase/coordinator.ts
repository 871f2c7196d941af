import type { Clock } from '@ombre/carry';
import type { SignedHead } from '@ombre/decide';
import type { Acknowledgement, TwoPhaseChange, TwoPhaseView } from '@ombre/protocol';
import type { Log } from '../http/log.ts';
import type { Fence, TwoPhaseStore } from '../store/two-phase/two-phase-store.ts';
import type { Views } from '../views/views.ts';
import type { Begun, TwoPhaseInput } from './begun.ts';
import type { Staging } from './staging.ts';

/** Told of what happens, for metrics. */
export interface TwoPhaseNews {
  /** `committing`: milliseconds in which both revisions may have been served; undefined of one that was aborted. */
  ended?(phase: 'committed' | 'aborted', committing: number | undefined): void;
}

export interface CoordinatorParts {
  /** `project/environment`. */
  readonly environment: string;
  readonly store: TwoPhaseStore;
  readonly staging: Staging;
  readonly views: Pick<Views, 'head' | 'placements'>;
  /** What lets this process coordinate; undefined while another one may. To be asked again after whatever takes time. */
  readonly fence: () => Fence | undefined;
  /** Milliseconds that receivers are told a lease runs. */
  readonly lease: number;
  /** To every receiver that follows this process. */
  readonly tell: (text: string) => void;
  /** Settles when this process itself answers from this revision or a later one. */
  readonly serves: (revision: number) => Promise<void>;
  /** What another process coordinates may have come to another point. */
  readonly followed?: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly news?: TwoPhaseNews;
}

/** `elsewhere`: this process does not coordinate, so what it answers counts for nothing here. */
export type Lease = 'granted' | 'refused' | 'elsewhere';

/** The shell of the coordinating half: events one after the other, each written down before anybody hears of it. */
export interface Coordinator {
  begin(input: TwoPhaseInput): Promise<Begun>;
  /** Where a change stands or how it ended; undefined where there never was one of this id. */
  find(id: string): Promise<TwoPhaseView | undefined>;
  /** What a gateway or an OFREP server says of itself, and whether its lease runs anew. */
  acknowledged(acknowledgement: Acknowledgement): Promise<Lease>;
  /** The head or the record moved, or who may coordinate. Cheap. */
  wake(): void;
  /** What goes out before the delta to this head: that it was decided. */
  before(head: SignedHead): string;
  /** What a receiver hears that has just come. */
  opening(): string;
  readonly underWay: TwoPhaseChange | undefined;
  /** Where another process coordinates: the version that this one could serve at once; undefined where this one coordinates. */
  readonly follows:
    | { readonly staged: { readonly id: string; readonly version: number } | undefined }
    | undefined;
  close(): Promise<void>;
}
