import { type Clock, type FolderReport, inSlices, watchFolder } from '@ombre/carry';
import type { CodeVocabulary } from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import {
  createDeclarer,
  type DeclaredSources,
  formatIssue,
  type Issue,
  type Positions,
  type SourceFile,
} from '@ombre/declare';
import type { AuthorStatus } from '@ombre/protocol';
import { isStoreCode } from '../commands/codes.ts';
import type { ApplyResult, Commands } from '../commands/commands.ts';
import { sameResource } from '../commands/resource-digest.ts';
import type { Log } from '../http/log.ts';
import type { ResourceRow } from '../store/row.ts';
import type { Changes, Views } from '../views/views.ts';

/** A directory whose saves are applies of origin `files`. */
export interface DirectoryAuthor {
  status(): AuthorStatus;
  /** Resolves when the first reading was applied or refused. */
  readonly started: Promise<void>;
  /** Resolves when the first reading turns out to be one of seconds, so that who has something to serve need not wait for it; else never. */
  readonly long: Promise<void>;
  close(): Promise<void>;
}

export interface DirectoryAuthorOptions {
  readonly directory: string;
  /** `project/environment` that the directory writes; files that name another are refused. */
  readonly environment: string;
  readonly commands: Pick<Commands, 'apply'>;
  readonly views: Pick<Views, 'resources' | 'head' | 'change' | 'standing'>;
  readonly changes: Changes;
  /** Resolves when no restore waits for releases to go back any more: whether one went in meanwhile. */
  readonly restored?: () => Promise<boolean>;
  /** What code adds to the declared vocabularies. */
  readonly vocabularies?: readonly CodeVocabulary[] | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Told how each apply ended: `changed`, `unchanged` or a code. */
  readonly applied?: (result: string) => void;
}

const AUTHOR = 'files';

/** Reading and checking a file takes about a millisecond when it is new: more files than this are worth a word. */
const LONG = 1_000;

/** Milliseconds between tries of a save that the store could not take: doubled each time, up to the longest. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** What says that a release keeps something as it was. */
const KEEPING: ReadonlySet<string> = new Set(['RELEASE_PINS', 'RELEASE_UNDER_WAY', 'RELEASE_GOES_BACK']);

/**
 * Applies a directory now and after each save. A save with errors leaves the last good revision in place and its issues visible; a
 * directory without any resource is a volume that is not mounted rather than a wish, and changes nothing.
 */
export function openDirectoryAuthor(options: DirectoryAuthorOptions): DirectoryAuthor {
  const { directory, environment, commands, views, clock, log } = options;
  let declared: readonly Resource[] | undefined;
  /** The set of which a release keeps a part back. */
  let held: { readonly read: Read; readonly files: readonly SourceFile[] } | undefined;
  let closed = false;
  /** What was read last: a save is not tried again once there is a newer one. */
  let newest: Read | undefined;
  let pause = FIRST_PAUSE;
  let cancelRetry = (): void => {};
  let compared: Compared | undefined;
  let status: Omit<AuthorStatus, 'drift'> = { directory, state: 'starting', issues: [], files: 0 };
  let first = true;
  let busy: Promise<void> = Promise.resolve();
  let started = (): void => {};
  const start = new Promise<void>((resolve) => {
    started = resolve;
  });
  let isLong = (): void => {};
  const long = new Promise<void>((resolve) => {
    isLong = resolve;
  });

  const declarer = createDeclarer(
    options.vocabularies === undefined ? {} : { vocabularies: options.vocabularies },
  );
  const watch = watchFolder(directory, report, { clock });

  /** Answers whether the files could be used; a save that looks half done is reported again when it has settled. */
  async function report(folder: FolderReport): Promise<boolean> {
    if (folder.error !== undefined) {
      return end({ state: 'failed', issues: [], message: folder.error.message, files: 0 });
    }
    const { files, settled } = folder;
    if (first && files.length > LONG) {
      log.info({ environment, files: files.length }, `reading and checking ${files.length} files`);
      isLong();
    }
    // In slices: ten thousand new files take seconds, and requests are answered meanwhile.
    const read = readFiles(await inSlices(declarer.declare(files)), environment);
    if (read.errors.length > 0 && !settled) return false;
    newest = read;
    pause = FIRST_PAUSE;
    if (read.errors.length > 0) {
      const { issues, message } = read;
      return end(
        { state: 'refused', issues, files: files.length, ...(message === undefined ? {} : { message }) },
        files,
      );
    }
    enqueue(read, files);
    return true;
  }

  /** One apply after the other, in the order of saves. What the store cannot take now, such as on a full disk, is tried again. */
  function enqueue(read: Read, files: readonly SourceFile[]): void {
    busy = busy.then(async () => {
      const taken = await apply(read, files, 'a save').catch(broken);
      if (taken === true || closed || read !== newest) return;
      cancelRetry = clock.after(pause, () => {
        if (read === newest) enqueue(read, files);
      });
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    });
  }

  /** A release that moves, ends or goes may let go of what it kept back. */
  const unsubscribe = options.changes.subscribe(environment, ({ head }, delta) => {
    if (held === undefined) return;
    const moves = (key: string) => key.startsWith('Placement/') || key.startsWith('Release/');
    if (delta === 'resync' || [...delta.put, ...delta.remove].some(moves))
      busy = busy.then(() => retry(head.revision)).catch(broken);
  });

  async function retry(revision: number): Promise<void> {
    const waiting = held;
    if (waiting === undefined || closed) return;
    const restored = await options.restored?.();
    const change = await views.change(environment, revision);
    // Who goes back to an earlier revision does not want what was saved since.
    if (restored === true || change?.action === 'restore') held = undefined;
    else await apply(waiting.read, waiting.files, 'a save that a release had held back');
  }

  /** Answers whether the store took it or refused it for good. */
  async function apply(read: Read, files: readonly SourceFile[], why: string): Promise<boolean> {
    const once = first;
    first = false;
    const result = await commands.apply({
      environment,
      origin: 'files',
      resources: read.resources,
      author: AUTHOR,
      why: once ? 'the directory as it was at the start' : why,
      once,
    });
    options.applied?.(result.ok ? (result.changed ? 'changed' : 'unchanged') : result.code);
    const issues = [...read.issues, ...newIssues(result, read)];
    if (!result.ok) {
      held = result.code === 'PINNED' ? { read, files } : undefined;
      end({ state: 'refused', issues, message: result.message, files: files.length }, files);
      const later = result.code === 'STORE_FULL' || result.code === 'UNAVAILABLE';
      // The first apply of a start stays the first, so that it begins nothing over again.
      if (later) first = once;
      return !later;
    }
    declared = read.resources;
    const keeps = result.kept.length > 0 || (once && !result.changed && (await keptBefore()));
    held = keeps ? { read, files } : undefined;
    if (result.changed) log.info({ environment, revision: result.revision }, 'a save was applied');
    end({ state: 'applied', issues, revision: result.revision, files: files.length }, files);
    return true;
  }

  /** Whether a release kept something of the files back when they were last applied, perhaps by the process before this one. */
  async function keptBefore(): Promise<boolean> {
    const standing = await views.standing(environment);
    return standing.some(
      ({ origin, issues }) => origin === 'files' && issues.some(({ code }) => KEEPING.has(code)),
    );
  }

  function broken(error: unknown): void {
    end({ state: 'failed', issues: [], message: String(error), files: status.files });
  }

  function end(
    next: Omit<AuthorStatus, 'drift' | 'directory' | 'at'>,
    files: readonly SourceFile[] = [],
  ): true {
    const { revision } = status;
    status = { directory, at: clock.now(), ...(revision === undefined ? {} : { revision }), ...next };
    if (next.state !== 'applied') {
      log.warn(
        { environment, directory, issues: next.issues.length },
        next.message ?? 'a save was refused: the last good revision stays',
      );
    }
    for (const issue of next.issues) {
      const { code, file, line, column } = issue;
      log.warn(
        { code, file, line, column },
        formatIssue(issue as Issue, files, isStoreCode(code) ? { docs: 'docs/store-checks.md' } : {}),
      );
    }
    started();
    return true;
  }

  /** Keys where what is served of the files differs from what the files say, such as after a rollback. Compared once a revision. */
  function drift(): readonly string[] {
    const revision = views.head(environment)?.head.revision;
    if (compared?.declared === declared && compared?.revision === revision) return compared?.keys ?? [];
    const served = views.resources(environment, { origin: 'files' }) ?? [];
    compared = { declared, revision, keys: declared === undefined ? [] : differing(declared, served) };
    return compared.keys;
  }

  return {
    status: () => ({ ...status, drift: drift() }),
    started: start,
    long,
    async close() {
      closed = true;
      unsubscribe();
      cancelRetry();
      await watch.close();
      await busy;
    },
  };
}

interface Compared {
  readonly declared: readonly Resource[] | undefined;
  readonly revision: number | undefined;
  readonly keys: readonly string[];
}

function differing(resources: readonly Resource[], served: readonly ResourceRow[]): readonly string[] {
  const declared = new Map(resources.map((resource) => [keyOf(resource), resource]));
  const found = new Set(declared.keys());
  for (const { resource } of served) {
    const key = keyOf(resource);
    const said = declared.get(key);
    if (said !== undefined && sameResource(said, resource)) found.delete(key);
    else found.add(key);
  }
  return [...found].sort();
}

interface Read {
  readonly resources: readonly Resource[];
  readonly issues: readonly Issue[];
  readonly errors: readonly unknown[];
  readonly positions: Positions;
  readonly message?: string;
}

function readFiles({ declared, issues }: DeclaredSources, environment: string): Read {
  const { resources, positions, project, environment: name } = declared;
  const errors: unknown[] = issues.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) return { resources, issues, errors, positions };
  if (resources.length === 0) {
    return {
      resources,
      issues,
      positions,
      errors: ['EMPTY'],
      message: 'no resources are there: nothing was deleted',
    };
  }
  const named = project === undefined || name === undefined ? environment : `${project}/${name}`;
  if (named !== environment) {
    const message = `ombre.yaml names ${named}, this directory writes ${environment}`;
    return { resources, issues, positions, errors: ['ENVIRONMENT'], message };
  }
  return { resources, issues, errors, positions };
}

/** What the command found beyond what the files alone show. */
function newIssues(result: ApplyResult, { issues, positions }: Read): readonly Issue[] {
  const found = 'issues' in result ? result.issues : [];
  const seen = new Set(issues.map((issue) => `${issue.code} ${issue.resource} ${issue.path}`));
  return found
    .filter((issue) => !seen.has(`${issue.code} ${issue.resource} ${issue.path}`))
    .map((issue) => {
      if (issue.file !== '' || issue.resource === undefined) return issue;
      return { ...issue, ...positions.find({ resource: issue.resource, path: ['metadata', 'name'] }) };
    });
}

function keyOf({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.name}`;
}
