import { basePath } from '@ombre/protocol';
import type { Deliver } from './reporter.ts';

/** Milliseconds a control plane may take to answer a report; the next one holds the same counts and more. */
const PATIENCE = 2_000;

/** Posts reports to the control plane at an address such as `https://host/p/project/environment`. */
export function deliverTo(url: string, environment: string | undefined, token: string | undefined): Deliver {
  const base = url.replace(/\/+$/, '');
  const scope = /\/p\/[^/]+\/[^/]+$/.test(base) ? '' : basePath(environment);
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (report) => {
    const answer = await fetch(`${base}${scope}/v1/counters`, {
      method: 'POST',
      headers,
      body: JSON.stringify(report),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await answer.text();
    if (answer.ok) return isResend(text) ? 'resend' : 'taken';
    if (answer.status === 401 || answer.status === 403) return 'refused';
    return [404, 405, 501].includes(answer.status) ? 'unsupported' : 'lost';
  };
}

function isResend(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly resend?: unknown } | null)?.resend === true;
  } catch {
    return false;
  }
}
