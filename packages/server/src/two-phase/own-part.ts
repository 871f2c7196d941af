import type { Clock } from '@ombre/carry';
import type { HandOn } from '../nodes/hand-on.ts';
import type { Live } from '../sync/live.ts';
import type { Coordinator } from './coordinator.ts';

export interface OwnPartOptions {
  readonly environment: string;
  /** What this process is called among receivers. */
  readonly receiver: string;
  readonly live: () => Pick<Live, 'current' | 'subscribe'> | undefined;
  readonly coordinator: () => Pick<Coordinator, 'follows'> | undefined;
  readonly handOn: HandOn;
  /** Milliseconds a lease runs. */
  readonly lease: number;
  readonly clock: Clock;
}

/** The part that a process takes itself, which answers OFREP while another one coordinates: it is a receiver like others. */
export interface OwnPart {
  /** Says where it stands if that is news, or is due again. */
  look(): void;
  close(): void;
}

/** How long an acknowledgement may take, in ms. */
const PATIENCE = 5_000;

export function takeOwnPart(options: OwnPartOptions): OwnPart {
  const { environment, receiver, lease, clock, handOn } = options;
  let said = '';
  let at = Number.NEGATIVE_INFINITY;
  let following: (() => void) | undefined;
  let cancel = clock.after(lease / 3, beat);

  function beat(): void {
    look();
    cancel = clock.after(lease / 3, beat);
  }

  function look(): void {
    const live = options.live();
    const follows = options.coordinator()?.follows;
    if (live === undefined || follows === undefined) return;
    following ??= live.subscribe(() => look());
    const { lineage, revision, digest } = live.current().head.head;
    const { staged } = follows;
    const news = `${lineage}:${revision} ${staged?.id} ${staged?.version}`;
    const now = clock.monotonic();
    if (news === said && now - at < lease / 3 - 1) return;
    said = news;
    at = now;
    const body = {
      receiver,
      class: 'ofrep',
      lineage,
      revision,
      digest,
      ...(staged === undefined ? {} : { staged }),
    };
    void handOn(environment, 'acknowledge', { body }, PATIENCE).then((answer) => {
      // Lost: it is said again with the next look.
      if (answer?.status !== 200) said = '';
    });
  }

  return {
    look,
    close() {
      cancel();
      following?.();
    },
  };
}
