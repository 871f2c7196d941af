import type { Message } from '../message.ts';

export interface Signing {
  readonly secret: string | undefined;
  /** Milliseconds since 1970 of this try. */
  readonly now: number;
}

export interface Delivery {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one kind of receiver wants to be told. */
export interface Template {
  delivery(url: string, message: Message, signing: Signing): Delivery;
  /** What an answer's body complains of; undefined where it complains of nothing. */
  complaint(body: string): Complaint | undefined;
}

export interface Complaint {
  readonly why: string;
  /** Later it may be taken: too many at once, or it is busy. */
  readonly busy: boolean;
}

/** What a body says with a number that is 0 where all is well, and may say that the receiver is busy. */
export function complaintOf(code: number | undefined, busy: ReadonlySet<number>): Complaint | undefined {
  if (code === 0) return undefined;
  return { why: `error ${code ?? 'without a code'}`, busy: code !== undefined && busy.has(code) };
}

/** The number of a field of a JSON object, in the first of these names that has one. */
export function numberIn(body: string, ...names: readonly string[]): number | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null) return undefined;
    const found = names.map((name) => (answer as Readonly<Record<string, unknown>>)[name]);
    return found.find((value) => typeof value === 'number');
  } catch {
    return undefined;
  }
}
