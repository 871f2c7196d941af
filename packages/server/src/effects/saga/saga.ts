import { parseDuration } from '@ombre/decide/model';
import type { EffectContext, EffectOf, Performed, Performer } from '../effect.ts';
import type { Call } from '../egress/call.ts';
import { said } from '../said.ts';
import { isReference, type Secrets } from '../secrets.ts';
import { signatureHeaders } from '../signature.ts';

export interface SagaOptions {
  readonly call: Call;
  readonly now: () => number;
  /** For the headers releases declare. */
  readonly declared: Secrets;
  /** For this server's own signing key. */
  readonly secrets: Secrets;
  readonly signing?: string | undefined;
}

/** Answers that say nothing for good. */
const AGAIN = new Set([408, 409, 423, 425, 429]);

/**
 * One try of a call to a participant. 2xx: done. 408, 409, 423, 425, 429, 5xx and no answer are `unknown`: it may have happened,
 * or may happen yet. All else refuses (`failed`): it did not happen and left no trace of its key.
 */
export function createSaga(options: SagaOptions): Performer<EffectOf<'saga'>> {
  return {
    async perform(asked, { key: own, call: { key, transaction, step, action, request } }, signal, context) {
      // What the controller made unique stays; the try's own number goes.
      const place = asked.slice(0, -own.length - 1);
      const id = `${place}/${key}`;
      const whole = `${place}/${transaction}`;
      const body = JSON.stringify(
        request.body ?? described(context, { id, transaction: whole, step, action }),
      );
      const headers = headersOf(options, request.headers ?? {}, { id, body });
      if (!headers.ok) return { result: 'unknown', detail: headers.why };
      const all = {
        'content-type': 'application/json',
        ...headers.value,
        'idempotency-key': id,
        'ombre-action': action,
        'ombre-transaction': whole,
      };
      const timeout = parseDuration(request.timeout ?? '10s') ?? 10_000;
      const method = request.method ?? 'POST';
      const answer = await options.call(request.url, { method, headers: all, body, timeout }, signal);
      if (!answer.ok) return { result: 'unknown', detail: answer.detail };
      return meaning(answer.status, answer.body);
    },
  };
}

function meaning(status: number, body: string): Performed {
  if (status >= 200 && status < 300) return { result: 'done' };
  const result = status >= 500 || AGAIN.has(status) ? 'unknown' : 'failed';
  return { result, detail: `answered ${status}${said(body)}` };
}

function described(
  { environment, release, spec, state }: EffectContext,
  call: { readonly id: string; readonly transaction: string; readonly step: string; readonly action: string },
): object {
  const { id: key, transaction, step, action } = call;
  const { flag, from, to } = spec;
  return { environment, release, flag, from, to, attempt: state.attempt, transaction, step, action, key };
}

type Headers =
  | { readonly ok: true; readonly value: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly why: string };

function headersOf(
  { declared, secrets, signing, now }: SagaOptions,
  asked: Readonly<Record<string, string>>,
  { id, body }: { readonly id: string; readonly body: string },
): Headers {
  const value: Record<string, string> = {};
  for (const [name, text] of Object.entries(asked)) {
    const secret = isReference(text) ? declared(text) : { ok: true as const, value: text };
    if (!secret.ok) return secret;
    value[name.toLowerCase()] = secret.value;
  }
  if (signing === undefined) return { ok: true, value };
  const key = secrets(signing);
  if (!key.ok) return key;
  return { ok: true, value: { ...value, ...signatureHeaders(key.value, { id, now: now(), body }) } };
}
