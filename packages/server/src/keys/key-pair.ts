import { createHash, generateKeyPairSync } from 'node:crypto';

/** An Ed25519 key pair as text. */
export interface KeyPair {
  /** First 16 hexadecimal digits of SHA-256 over the public half. */
  readonly id: string;
  /** SPKI DER, base64url. */
  readonly publicKey: string;
  /** PKCS #8 PEM. */
  readonly privateKey: string;
}

export function generateKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    id: keyId(spki),
    publicKey: spki.toString('base64url'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Id of a public key (SPKI DER). */
export function keyId(spki: Buffer): string {
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}
