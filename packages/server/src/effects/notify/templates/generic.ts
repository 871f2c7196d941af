import { signatureHeaders } from '../../signature.ts';
import type { Template } from './template.ts';

/** Standard Webhooks: `{type, timestamp, data}`, signed over id, time and body. */
export const generic: Template = {
  delivery: (url, { key, at, ...message }, { secret, now }) => {
    const timestamp = new Date(at).toISOString();
    const body = JSON.stringify({ type: `release.${message.topic}`, timestamp, data: message });
    const signature =
      secret === undefined ? { 'webhook-id': key } : signatureHeaders(secret, { id: key, now, body });
    return { url, body, headers: signature };
  },
  complaint: () => undefined,
};
