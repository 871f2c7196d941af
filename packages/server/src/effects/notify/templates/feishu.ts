import { createHmac } from 'node:crypto';
import { plainText } from '../message.ts';
import { numberIn, type Template } from './template.ts';

/** A custom bot of Feishu or Lark; with a secret the body carries the time in s and an HMAC-SHA256 over nothing with the key `time\nsecret`. */
export const feishu: Template = {
  delivery: (url, message, { secret, now }) => {
    // `<at …>` would call people.
    const content = { text: plainText(message).replaceAll('<', '‹') };
    const timestamp = String(Math.floor(now / 1000));
    const sign =
      secret === undefined
        ? {}
        : { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
    return { url, body: JSON.stringify({ ...sign, msg_type: 'text', content }) };
  },
  complaint: (body) => {
    const code = numberIn(body, 'code', 'StatusCode');
    return code === 0 ? undefined : `error ${code ?? 'without a code'}`;
  },
};
