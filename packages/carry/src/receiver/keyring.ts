import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Keys a receiver may trust at once: the one in use and, while it is exchanged, the other. */
const MOST_KEYS = 2;

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export type Trust = 'trusted' | 'KEY_UNTRUSTED' | 'SIGNATURE_INVALID';

/** The keys the operator gave. */
export interface Keyring {
  /** Ids of the keys, for messages. */
  readonly ids: readonly string[];
  /** Whether one of the keys signed the text; `key` is the id the signer claims. */
  check(text: string, key: string, signature: string): Trust;
}

/**
 * Reads one or two Ed25519 public keys, each as PEM, as base64 or base64url of its SPKI, or of its 32 bytes. Throws TypeError
 * for anything else: a receiver that cannot verify must not start.
 */
export function openKeyring(keys: readonly string[]): Keyring {
  if (keys.length === 0 || keys.length > MOST_KEYS) {
    throw new TypeError(`a receiver trusts one or two keys, not ${keys.length}`);
  }
  const publics = keys.map(readKey);
  const ids = publics.map(keyId);
  return {
    ids,
    check(text, key, signature) {
      const bytes = Buffer.from(text);
      const signed = Buffer.from(signature, 'base64url');
      if (publics.some((one) => verify(null, bytes, one, signed))) return 'trusted';
      return ids.includes(key) ? 'SIGNATURE_INVALID' : 'KEY_UNTRUSTED';
    },
  };
}

function readKey(text: string): KeyObject {
  const key = parseKey(text.trim());
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`not an Ed25519 public key as PEM or base64url: ${text.trim().slice(0, 40)}`);
  }
  return key;
}

function parseKey(text: string): KeyObject | undefined {
  try {
    if (text.startsWith('-----')) return createPublicKey(text);
    const bytes = Buffer.from(text, 'base64url');
    const der = bytes.length === 32 ? Buffer.concat([SPKI_PREFIX, bytes]) : bytes;
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** The first 16 hexadecimal digits of the SHA-256 of the key's SPKI. */
function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}
