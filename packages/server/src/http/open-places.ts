import { type Clock, developerEnricher } from '@ombre/carry';
import type { CompileOptions } from '@ombre/decide';
import type { AuthorStatus, SignedSuccession } from '@ombre/protocol';
import { createOutcomeCounts } from '../metrics/outcome-counts.ts';
import { createLive } from '../sync/live.ts';
import { createStreams, type TwoPhaseVoice } from '../sync/stream.ts';
import type { Changes, Views } from '../views/views.ts';
import type { Log } from './log.ts';
import { createAnswers } from './ofrep/answer.ts';
import type { Place, Places } from './place.ts';

export interface PlacesOptions {
  readonly views: Views;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly compile?: CompileOptions;
  /** Whether a key that signs here, or is about to, signed a text; developers' tokens are checked by it. */
  readonly isTrusted: (text: string, key: string, signature: string) => boolean;
  /** Streams of each kind and environment at most. */
  readonly streamLimit: number;
  readonly heartbeat?: number;
  /** What two-phase changes of an environment have to say to its receivers. */
  readonly twoPhase?: (environment: string) => TwoPhaseVoice;
  /** What the directory of an environment last said. */
  readonly author: (environment: string) => (() => AuthorStatus) | undefined;
  /** Told when another revision of some environment is served. */
  readonly moved?: () => void;
}

/** Every environment of the store, each opened when it is first asked for. */
export function openPlaces(options: PlacesOptions): Places & { close(): void } {
  const { views, changes, clock, log } = options;
  const places = new Map<string, Place>();

  function open(environment: string): Place {
    const developer = developerEnricher({ environment: () => environment, isTrusted: options.isTrusted });
    const compile: CompileOptions = {
      ...options.compile,
      vocabularies: [{ enrichers: [developer] }, ...(options.compile?.vocabularies ?? [])],
    };
    const live = createLive({
      environment,
      views,
      changes,
      clock,
      log,
      compile,
    });
    live.subscribe(() => options.moved?.());
    const successions = followSuccessions(environment);
    const streams = createStreams({
      environment,
      live,
      successions,
      views,
      clock,
      limit: options.streamLimit,
      ...(options.heartbeat === undefined ? {} : { heartbeat: options.heartbeat }),
      ...(options.twoPhase === undefined ? {} : { twoPhase: options.twoPhase(environment) }),
    });
    const counts = createOutcomeCounts();
    const answers = createAnswers(counts);
    return {
      environment,
      live,
      streams,
      successions,
      answers,
      counts,
      // Known only after the environment, which the directory may make.
      get author() {
        return options.author(environment);
      },
    };
  }

  /** The records of the current lineage; read again when the lineage is another. */
  function followSuccessions(environment: string): () => readonly SignedSuccession[] {
    let known: readonly SignedSuccession[] = [];
    let lineage: string | undefined;
    const look = (): readonly SignedSuccession[] => {
      const now = views.head(environment)?.head.lineage;
      if (now !== lineage) {
        lineage = now;
        views.successions(environment).then(
          (read) => {
            known = read;
          },
          (error: unknown) =>
            log.warn({ environment, error: String(error) }, 'the successions could not be read'),
        );
      }
      return known;
    };
    look();
    return look;
  }

  const get = (environment: string): Place | undefined => {
    const known = places.get(environment);
    if (known !== undefined) return known;
    if (!views.environments().includes(environment)) return undefined;
    const place = open(environment);
    places.set(environment, place);
    return place;
  };

  let known: Place | undefined;
  return {
    get,
    sole() {
      if (known !== undefined && views.environments().length === 1) return known;
      const [name, ...others] = views.environments();
      known = name === undefined || others.length > 0 ? undefined : get(name);
      return known;
    },
    names: () => views.environments(),
    all: () => places.values(),
    close() {
      for (const { streams, live } of places.values()) {
        streams.end();
        live.close();
      }
    },
  };
}
