import { decodeEntries, type Encoded, type Entry } from '@ombre/decide';
import {
  type FlagSpec,
  latencyLimits,
  type ReleaseSpec,
  type UpstreamSpec,
  type VocabularySpec,
} from '@ombre/decide/model';
import { isRequestAttribute, type RequestAttribute } from '@ombre/protocol';

/** What a gateway reads of a snapshot beside the compiled flags. */
export interface World {
  readonly upstreams: ReadonlyMap<string, UpstreamSpec>;
  /** The routing flag; undefined where the environment has none of that name. */
  readonly flag: FlagSpec | undefined;
  /** By release of that flag: the latencies in milliseconds at which its guards want requests counted. */
  readonly limits: Readonly<Record<string, readonly number[]>>;
  /** What its vocabularies ask of a request. */
  readonly asked: readonly RequestAttribute[];
}

/** Reads worlds one after the other; chunks whose text stayed are not read again. Throws on bytes that no encoder wrote. */
export function createWorldReader(flag: string): (encoded: Encoded) => World {
  const wanted = new RegExp(`^(?:Upstream/|Release/|Vocabulary/|Flag/${flag.replaceAll('.', '\\.')}\\t)`);
  let known = new Map<string, { readonly text: string; readonly entries: readonly Entry[] }>();

  return (encoded) => {
    const read = new Map<string, { readonly text: string; readonly entries: readonly Entry[] }>();
    for (const [name, text] of encoded.chunks) {
      const before = known.get(name);
      read.set(name, before?.text === text ? before : { text, entries: entriesOf(encoded, name, text) });
    }
    known = read;
    return toWorld(
      flag,
      [...read.values()].flatMap(({ entries }) => entries),
    );
  };

  function entriesOf(encoded: Encoded, name: string, text: string): readonly Entry[] {
    const lines = text.split('\n').filter((line) => wanted.test(line));
    if (lines.length === 0) return [];
    return decodeEntries({ ...encoded, chunks: new Map([[name, `${lines.join('\n')}\n`]]) });
  }
}

function toWorld(flag: string, entries: readonly Entry[]): World {
  const upstreams = new Map<string, UpstreamSpec>();
  const limits: Record<string, readonly number[]> = {};
  const asked = new Set<RequestAttribute>();
  let spec: FlagSpec | undefined;
  for (const { kind, name, body } of entries) {
    if (kind === 'Upstream') upstreams.set(name, body as unknown as UpstreamSpec);
    else if (kind === 'Vocabulary') {
      const { attributes } = body as unknown as VocabularySpec;
      for (const attribute of Object.keys(attributes ?? {}))
        if (isRequestAttribute(attribute)) asked.add(attribute);
    } else if (kind === 'Flag') spec = body as unknown as FlagSpec;
    else if (kind === 'Release') {
      const release = body as unknown as ReleaseSpec;
      if (release.flag === flag) limits[name] = latencyLimits(release.guards ?? []);
    }
  }
  return { upstreams, flag: spec, limits, asked: [...asked] };
}
