import { createHmac } from 'node:crypto';

/**
 * Headers that let a receiver check who sent a request and that it is not an old one: Standard Webhooks 1.0, an HMAC-SHA256
 * over `id.timestamp.body`. A secret `whsec_…` is base64 after its prefix, any other is taken as it is written.
 */
export function signatureHeaders(
  secret: string,
  {
    id,
    now,
    body,
  }: { readonly id: string /** Milliseconds since 1970. */; readonly now: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const signed = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signed}` };
}
