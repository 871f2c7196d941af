import type { Topic } from '@ombre/release';

/** What people are told. */
export interface Message {
  /** Idempotency key: the same for every try. */
  readonly key: string;
  readonly environment: string;
  readonly release: string;
  readonly flag: string;
  readonly from: string;
  readonly to: string;
  readonly topic: Topic;
  /** Somebody should look now. */
  readonly alert: boolean;
  readonly text: string;
  /** What a person is to enter in a shell so that it goes on. */
  readonly command?: string;
  readonly phase: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** One message as plain text. */
export function plainText({ environment, release, flag, from, to, alert, text, command }: Message): string {
  const said = command === undefined ? text : `${text} ${command}`;
  return `${alert ? '[ALERT] ' : ''}${release} (${environment}; ${flag}: ${from} → ${to}): ${said}`;
}
