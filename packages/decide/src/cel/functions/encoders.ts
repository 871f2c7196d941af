import { type CelFunction, globalFunction, overload } from '../function.ts';
import { CelError } from '../value.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = [18, 12, 6, 0].map((shift) => alphabet.charAt((bits >> shift) & 63)).join('');
    const missing = Math.max(0, at + 3 - bytes.length);
    text += characters.slice(0, 4 - missing) + '='.repeat(missing);
  }
  return text;
}

/** The bytes of base64 text (RFC 4648, with or without padding). */
export function decodeBase64(text: string): Uint8Array | CelError {
  const body = text.replace(/={1,2}$/, '');
  const padded = text.length - body.length;
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1 || (padded > 0 && text.length % 4 !== 0)) {
    return new CelError('invalid_argument', 'Not base64');
  }
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of body) {
    bits = ((bits << 6) | alphabet.indexOf(character)) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 255;
    }
  }
  return bytes;
}

/** `base64.encode` and `base64.decode`. */
export const encoderFunctions: readonly CelFunction[] = [
  globalFunction('base64.encode', overload(['bytes'], 'string', encodeBase64)),
  globalFunction('base64.decode', overload(['string'], 'bytes', decodeBase64)),
];
