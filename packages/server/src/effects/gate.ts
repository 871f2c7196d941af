import type { EffectOf, Performer } from './effect.ts';
import type { Call } from './egress/call.ts';
import { said } from './said.ts';
import type { Secrets } from './secrets.ts';
import { signatureHeaders } from './signature.ts';

export interface GateOptions {
  readonly call: Call;
  readonly now: () => number;
  /** Reference to what requests are signed with; unsigned without. */
  readonly signing?: string | undefined;
  readonly secrets: Secrets;
}

/** "Not yet": accepted and still deciding, in conflict, locked, too early. */
const NOT_YET = new Set([202, 409, 423, 425]);

/**
 * Asks a service by POST whether a level may be entered. 2xx but 202 agrees (`done`). 202, 409, 423 and 425 say not yet, and a
 * service that is busy (408, 429), broken (5xx), silent or not to be called says nothing: `unknown`. All else, redirects too,
 * refuses (`failed`). Either is asked again while the release waits.
 */
export function createGate({ call, now, signing, secrets }: GateOptions): Performer<EffectOf<'gate'>> {
  return {
    async perform(key, { url, timeout, level }, signal, { environment, release, spec, state }) {
      const { flag, from, to } = spec;
      const body = JSON.stringify({ environment, release, flag, from, to, level, attempt: state.attempt });
      const secret = signing === undefined ? undefined : secrets(signing);
      if (secret?.ok === false) return { result: 'unknown', detail: secret.why };
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(secret && signatureHeaders(secret.value, { id: key, now: now(), body })),
      };
      const answer = await call(url, { method: 'POST', headers, body, timeout }, signal);
      if (!answer.ok) return { result: 'unknown', detail: answer.detail };
      const { status } = answer;
      if (NOT_YET.has(status))
        return { result: 'unknown', detail: `not yet (${status})${said(answer.body)}` };
      if (status >= 200 && status < 300) return { result: 'done' };
      const broken = status >= 500 || status === 408 || status === 429;
      return {
        result: broken ? 'unknown' : 'failed',
        detail: `${broken ? 'answered' : 'refused with'} ${status}${said(answer.body)}`,
      };
    },
  };
}
