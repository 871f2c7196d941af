import type { ServerResponse } from 'node:http';
import type { Clock } from '@ombre/carry';
import { formatEvent, type ReleaseView } from '@ombre/protocol';
import type { EventRow, ProgressStore } from '../store/progress/progress-store.ts';
import { createHub, type Hub } from '../sync/hub.ts';
import { logLine } from './release-view.ts';

type Look = (release: string) => Promise<ReleaseView | undefined>;

/** Streams of releases: whoever watches one is sent its view when it is another, at most four times a second, and each line of its history. */
export interface ReleaseStreams {
  /** From the line after `after` on; absent: from now. `false` where there is no room. */
  open(
    response: ServerResponse,
    release: string,
    after: number | undefined,
    headers: Readonly<Record<string, string>>,
    look: Look,
  ): Promise<boolean>;
  readonly size: number;
  close(): void;
}

interface Watched {
  readonly hub: Hub;
  readonly look: Look;
  view: string;
  line: number;
}

const EVERY = 250;
const MOST_LINES = 500;
const HEARTBEAT = 10_000;

export function createReleaseStreams(options: {
  readonly environment: string;
  readonly progress: Pick<ProgressStore, 'history'>;
  readonly clock: Clock;
  /** Streams of one release at most. */
  readonly limit: number;
}): ReleaseStreams {
  const { environment, progress, clock, limit } = options;
  const watched = new Map<string, Watched>();
  let closed = false;
  let cancel: (() => void) | undefined;

  function beat(): void {
    if (closed || cancel !== undefined) return;
    cancel = clock.after(EVERY, () => {
      void Promise.all([...watched].map(([release, one]) => push(release, one))).finally(() => {
        cancel = undefined;
        if (watched.size > 0) beat();
      });
    });
  }

  async function push(release: string, one: Watched): Promise<void> {
    if (one.hub.size === 0) {
      watched.delete(release);
      one.hub.end();
      return;
    }
    try {
      const view = await one.look(release);
      const last = view?.events.at(-1)?.number ?? Number.POSITIVE_INFINITY;
      if (last > one.line) await tell(release, one);
      if (view === undefined) {
        watched.delete(release);
        one.hub.end();
        return;
      }
      const text = JSON.stringify(view);
      if (text === one.view) return;
      one.view = text;
      one.hub.broadcast(formatEvent({ event: 'view', data: text }));
    } catch {
      // The store is away for a moment: the next look tells.
    }
  }

  async function tell(release: string, one: Watched): Promise<void> {
    const lines = await progress.history(environment, release, { after: one.line, limit: MOST_LINES });
    one.hub.broadcast(lines.map(lineEvent).join(''));
    one.line = lines.at(-1)?.number ?? one.line;
  }

  return {
    async open(response, release, after, headers, look) {
      const view = await look(release);
      if (view === undefined || closed) return false;
      const text = JSON.stringify(view);
      const line = view.events.at(-1)?.number ?? 0;
      const missed =
        after === undefined ? [] : await progress.history(environment, release, { after, limit: MOST_LINES });
      let one = watched.get(release);
      if (one === undefined) {
        one = { hub: createHub({ clock, limit, heartbeat: HEARTBEAT }), look, view: text, line };
        watched.set(release, one);
      }
      // Lines that others were told already are told to this one too; none is left out.
      const opening = missed
        .filter(({ number }) => number <= (one?.line ?? 0))
        .map(lineEvent)
        .join('');
      const opened = one.hub.open(response, opening + formatEvent({ event: 'view', data: text }), headers);
      beat();
      return opened;
    },
    get size() {
      let size = 0;
      for (const { hub } of watched.values()) size += hub.size;
      return size;
    },
    close() {
      closed = true;
      cancel?.();
      for (const { hub } of watched.values()) hub.end();
      watched.clear();
    },
  };
}

function lineEvent(row: EventRow): string {
  return formatEvent({ event: 'event', id: String(row.number), data: JSON.stringify(logLine(row)) });
}
