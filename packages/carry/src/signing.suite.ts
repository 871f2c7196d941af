import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalJson, type Head, headPayload, type SignedHead } from '@ombre/decide';
import type { SignedSuccession } from '@ombre/protocol';

/** A control plane's key pair. */
export interface Keys {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** As a receiver is given it. */
  readonly publicText: string;
}

export function makeKeys(id = 'k'): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { id, privateKey, publicText: publicKey.export({ format: 'pem', type: 'spki' }) as string };
}

export function signText(text: string, keys: Keys): string {
  return sign(null, Buffer.from(text), keys.privateKey).toString('base64url');
}

export function signHead(head: Head, keys: Keys, issued: number, expires: number): SignedHead {
  return {
    head,
    issued,
    expires,
    key: keys.id,
    signature: signText(headPayload(head, issued, expires), keys),
  };
}

export function signSuccession(environment: string, from: string, to: string, keys: Keys): SignedSuccession {
  const at = (lineage: string) => ({ lineage, revision: 1, digest: 'd' });
  const payload = canonicalJson({ environment, from: at(from), to: at(to), issued: 1 });
  return { payload, key: keys.id, signature: signText(payload, keys) };
}
