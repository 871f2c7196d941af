import type { Command } from '@ombre/release';
import type { CommandRow, ProgressCommit, ProgressStore } from '../store/progress/progress-store.ts';
import type { Followed, Waiting } from './followed.ts';

/** What people and files asked of releases, each given to its release once. */
export interface Inbox {
  /** Looks for what nobody has carried out yet. */
  read(): Promise<void>;
  /** Refusals of what was asked of releases that there are not. */
  readonly unanswerable: ProgressCommit['answered'];
  /** These are written down as answered. */
  answered(all: ProgressCommit['answered']): void;
  /** Everything without a written answer is read anew. */
  forget(): void;
}

export function openInbox(
  environment: string,
  progress: Pick<ProgressStore, 'asked'>,
  followed: ReadonlyMap<string, Followed>,
): Inbox {
  const seen = new Set<string>();
  let nobodys: CommandRow[] = [];
  return {
    async read() {
      for (const row of await progress.asked(environment)) {
        if (seen.has(row.id)) continue;
        seen.add(row.id);
        const one = followed.get(row.release);
        if (one === undefined) nobodys.push(row);
        else one.waiting.push(waitingOf(row));
      }
    },
    get unanswerable() {
      return nobodys.map(({ id, release }) => ({ id, refusal: `There is no release ${release}.` }));
    },
    answered(all) {
      for (const { id } of all) seen.delete(id);
      nobodys = [];
    },
    forget() {
      seen.clear();
      nobodys = [];
      for (const one of followed.values()) {
        one.waiting = one.waiting.filter(({ command }) => command === undefined);
      }
    },
  };
}

function waitingOf({ id, command, by, why }: CommandRow): Waiting {
  if (command === 'delete') return { event: { kind: 'deleted', by }, command: id };
  const event = { kind: 'command', command: command satisfies Command, by, why } as const;
  const text = why === '' ? `${by}: ${command}` : `${by}: ${command}, ${why}`;
  return { event, command: id, line: { kind: 'command', text } };
}
