import { type KeyObject, verify } from 'node:crypto';

/** Whether the signature (base64url) is of this Ed25519 key over the text's UTF-8 bytes. Never throws, whatever the signature. */
export function isSigned(key: KeyObject, text: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
