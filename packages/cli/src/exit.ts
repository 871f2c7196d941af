/** What the process ends with; documented in docs/cli.md, so that scripts can rely on it. */
export const exits = {
  /** Done, or nothing to do. */
  ok: 0,
  /** The answer is no: invalid resources, a refused change, a broken chain, differences asked for with --exit-code. */
  no: 1,
  /** The command line is wrong, or would do something that needs a yes. */
  usage: 2,
  /** No control plane answers. */
  unreachable: 3,
  /** The token is missing or may not do that. */
  denied: 4,
  /** Something moved since it was read: look again and repeat. */
  conflict: 5,
  /** What was waited for did not come: the time given by --timeout ran out, or waiting was interrupted. */
  late: 6,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** Ends a command with a message for people and a code for scripts; main.ts turns it into the process's end. */
export class CommandEnd extends Error {
  readonly exit: Exit;
  readonly json: unknown;

  constructor(exit: Exit, message: string, json: unknown = { error: message }) {
    super(message);
    this.exit = exit;
    this.json = json;
  }
}

/** A sentence for what the operating system refused, such as a file that may not be read; undefined for errors of another sort. */
export function systemSentence(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  const refusal = refusals[code];
  if (refusal === undefined) return message;
  return path === undefined ? refusal : `${path}: ${refusal}`;
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that here (permission denied)',
  EPERM: 'this user may not do that here (operation not permitted)',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full; make room and try again',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of this path is no folder',
  EISDIR: 'this is a folder, not a file',
};
