import type { Head } from '@ombre/decide';
import type { Ended, Source, SourceEvent } from '../source.ts';

/** The watch of a source. One stands at most; of one that was taken down nothing is heard any more. */
export interface Link {
  connect(from: Head | undefined): void;
  disconnect(): void;
}

/** What is done on each word of the source, and when its watch has ended by itself. */
export type Hearers = {
  readonly [T in SourceEvent['type']]: (event: Extract<SourceEvent, { type: T }>) => void;
} & { readonly ended: (why: Ended) => void };

export function createLink(source: Source, hearers: Hearers): Link {
  let standing = new AbortController();

  async function watch(from: Head | undefined, signal: AbortSignal): Promise<void> {
    const hear = (event: SourceEvent): void => {
      if (!signal.aborted) (hearers[event.type] as (event: SourceEvent) => void)(event);
    };
    const why = await source.watch(from, hear, signal);
    if (!signal.aborted) hearers.ended(why);
  }

  return {
    connect(from) {
      standing.abort();
      standing = new AbortController();
      void watch(from, standing.signal);
    },
    disconnect: () => standing.abort(),
  };
}
