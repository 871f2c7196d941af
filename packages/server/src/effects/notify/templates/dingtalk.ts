import { createHmac } from 'node:crypto';
import { plainText } from '../message.ts';
import { complaintOf, numberIn, type Template } from './template.ts';

/** A custom robot of DingTalk; with a secret the URL carries the time in ms and HMAC-SHA256(secret, `time\nsecret`). */
export const dingtalk: Template = {
  delivery: (address, message, { secret, now }) => {
    const body = JSON.stringify({ msgtype: 'text', text: { content: plainText(message) } });
    if (secret === undefined) return { url: address, body };
    const url = new URL(address);
    url.searchParams.set('timestamp', String(now));
    url.searchParams.set('sign', createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'));
    return { url: url.href, body };
  },
  complaint: (body) => complaintOf(numberIn(body, 'errcode'), BUSY),
};

/** The system is busy; more than twenty messages in a minute, under two numbers. */
const BUSY = new Set([-1, 130101, 410100]);
