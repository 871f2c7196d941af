import { createHmac } from 'node:crypto';
import { plainText } from '../message.ts';
import { complaintOf, numberIn, type Template } from './template.ts';

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
  complaint: (body) => complaintOf(numberIn(body, 'code', 'StatusCode'), BUSY),
};

/** More than a hundred messages in a minute or five in a second, under two numbers; the first also stands for a body it cannot read. */
const BUSY = new Set([9499, 11232]);
