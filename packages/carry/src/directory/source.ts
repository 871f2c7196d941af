import { randomUUID } from 'node:crypto';
import { resolve as resolvePath } from 'node:path';
import {
  diffSnapshots,
  type Encoded,
  type Entry,
  encodeSnapshot,
  entryKey,
  type Head,
  patchSnapshot,
} from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import type { Declarer, Issue, SourceFile } from '@ombre/declare';
import { type Clock, systemClock } from '../clock.ts';
import type { Problem } from '../problem.ts';
import { inSlices } from '../receiver/slices.ts';
import { sha256 } from '../sha256.ts';
import { type Announced, type Ended, type Source, SourceError, type SourceEvent } from '../source.ts';
import type { FolderReport } from './watch-folder.ts';

/** Issues shown in a problem; the rest is counted. */
const MOST_SHOWN = 5;

export interface DirectorySourceOptions {
  /** `project/environment` where `ombre.yaml` names none. */
  readonly environment?: string;
  readonly clock?: Clock;
  /** Hears of all issues of a save, warnings too; an empty list when there are none. */
  readonly issues?: (issues: readonly Issue[]) => void;
}

type Declare = typeof import('@ombre/declare');

interface Version {
  readonly announced: Announced;
  readonly encoded: Encoded;
  /** What it was encoded from, by key. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/**
 * A folder of resources for a process without control plane. It has a lineage of its own that ends with the process; nothing is
 * signed, and releases stand at their start. A save with errors changes nothing and is told as a problem.
 */
export function openDirectorySource(path: string, options: DirectorySourceOptions = {}): Source {
  const root = resolvePath(path);
  const clock = options.clock ?? systemClock;
  const lineage = randomUUID();
  let latest: Version | undefined;

  /** The version the files make; the latest itself where they say nothing new. */
  async function read(
    files: readonly SourceFile[],
    declarer: Declarer,
    { formatIssue }: Declare,
  ): Promise<Version | Problem> {
    const { declared, issues } = await inSlices(declarer.declare(files));
    options.issues?.(issues);
    const problem = problemOf(issues, declared.resources, (issue) => formatIssue(issue, files));
    if (problem !== undefined) return problem;
    const resources = new Map(declared.resources.map((resource) => [entryKey(toEntry(resource)), resource]));
    const encoded = encode(latest, resources);
    const { project, environment } = declared;
    const name =
      project === undefined || environment === undefined
        ? (options.environment ?? 'local/local')
        : `${project}/${environment}`;
    const before = latest?.announced.signed.head;
    if (latest !== undefined && before?.digest === encoded.digest && before.environment === name)
      return latest;
    const head: Head = {
      environment: name,
      lineage,
      revision: (before?.revision ?? 0) + 1,
      digest: encoded.digest,
    };
    const signed = { head, issued: clock.now(), expires: Number.MAX_SAFE_INTEGER, key: '', signature: '' };
    latest = { announced: { signed }, encoded, resources };
    return latest;
  }

  return {
    trust: 'local',
    address: `dir:${root}`,
    environment: undefined,

    async head() {
      if (latest === undefined) throw new SourceError({ problem: notYet(root) });
      return latest.announced;
    },

    async get(head) {
      if (latest?.encoded.digest !== head.digest) throw new SourceError({ problem: notYet(root) });
      return latest.encoded;
    },

    async watch(from, listen, signal): Promise<Ended> {
      // Reading text takes a YAML parser and schemas, which a process that follows a control plane never loads.
      const [declare, { watchFolder }] = await Promise.all([
        import('@ombre/declare'),
        import('./watch-folder.ts'),
      ]);
      const declarer = declare.createDeclarer();
      return new Promise((resolve) => {
        let at = from;

        async function take(report: FolderReport): Promise<boolean> {
          if (report.error !== undefined) {
            listen({ type: 'problem', problem: { code: 'SOURCE_INVALID', detail: report.error.message } });
            return true;
          }
          const before = latest;
          const version = await read(report.files, declarer, declare);
          if (signal.aborted) return true;
          if ('code' in version) {
            if (report.settled) listen({ type: 'problem', problem: version });
            return report.settled;
          }
          listen(tellVersion(at, before, version));
          at = version.announced.signed.head;
          return true;
        }

        const watch = watchFolder(root, take, { clock });
        const end = () => void watch.close().then(() => resolve({ problem: notYet(root) }));
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
      });
    },
  };
}

/** How a receiver that is `at` one version comes to the next. */
function tellVersion(at: Head | undefined, before: Version | undefined, version: Version): SourceEvent {
  const { announced, encoded } = version;
  const { head } = announced.signed;
  if (at?.digest === head.digest && at.lineage === head.lineage) return { type: 'head', announced };
  const from = before?.announced.signed.head;
  if (
    before === undefined ||
    at === undefined ||
    from?.lineage !== at.lineage ||
    from.revision !== at.revision
  ) {
    return { type: 'resync', announced, within: 0 };
  }
  const delta = diffSnapshots(before.encoded, from, encoded, head);
  const size = delta.put.reduce((sum, line) => sum + line.length, 0);
  return { type: 'delta', announced, delta: { ...delta, from: from.revision }, size };
}

/** What changed since the version before is written, or everything where there is none. */
function encode(before: Version | undefined, resources: ReadonlyMap<string, Resource>): Encoded {
  if (before === undefined) return encodeSnapshot([...resources.values()].map(toEntry), sha256);
  const put = [...resources].filter(([key, resource]) => before.resources.get(key) !== resource);
  const remove = [...before.resources.keys()].filter((key) => !resources.has(key));
  return patchSnapshot(
    before.encoded,
    put.map(([, resource]) => toEntry(resource)),
    remove,
    sha256,
  );
}

function toEntry({ kind, metadata, spec }: Resource): Entry {
  return { kind, name: metadata.name, body: spec as unknown as Entry['body'] };
}

function problemOf(
  issues: readonly Issue[],
  resources: readonly Resource[],
  format: (issue: Issue) => string,
): Problem | undefined {
  const errors = issues.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) {
    // A folder without resources is a volume not mounted or a checkout under way rather than a wish.
    return resources.length > 0 ? undefined : { code: 'SOURCE_INVALID', detail: 'no resources are there' };
  }
  const shown = errors.slice(0, MOST_SHOWN).map(format);
  const more = errors.length > MOST_SHOWN ? [`and ${errors.length - MOST_SHOWN} more`] : [];
  return { code: 'SOURCE_INVALID', detail: [...shown, ...more].join('\n') };
}

function notYet(root: string): Problem {
  return { code: 'SOURCE_INVALID', detail: `${root} has not been read yet` };
}
