import { type ErrorCode, errors, type Failure, failure, isErrorCode } from '@ombre/protocol';

type More = Parameters<typeof failure>[2];

/** An expected failure on its way out of a handler. Thrown, so that nothing after the check runs. */
export class Refusal extends Error {
  readonly failure: Failure;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message?: string,
    more?: More,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message ?? errors[code].message);
    this.name = 'Refusal';
    this.failure = failure(code, message, more);
    this.status = errors[code].status;
    this.headers = headers;
  }
}

/** The refusal for a code that a command answered with. */
export function refusalOf(
  result: { readonly code: string; readonly message: string },
  more?: More,
  headers?: Readonly<Record<string, string>>,
): Refusal {
  return new Refusal(isErrorCode(result.code) ? result.code : 'INTERNAL', result.message, more, headers);
}
