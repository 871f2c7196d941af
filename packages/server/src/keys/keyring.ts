import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../commands/commit.ts';
import { isSigned } from './is-signed.ts';
import { generateKeyPair, keyId } from './key-pair.ts';

export interface PublicKey {
  readonly id: string;
  /** SPKI PEM, as receivers are given it. */
  readonly pem: string;
}

/** `retired` keys have no private half any more, and verify what they signed. */
export interface RankedKey extends PublicKey {
  readonly role: 'active' | 'next' | 'retired';
}

/**
 * The server's signing keys: `<id>.private.pem` (mode 0600), `<id>.public.pem`, and the files `active` and `next` that name one each. Rotation
 * takes no restart: `prepare` makes the next key, its public half is handed to the receivers (which trust two), `rotate` signs with it from
 * then on and deletes the old private half. Old public halves stay, so that the log can still be verified.
 */
export interface Keyring {
  /** Signs with the key that is active now, whichever process made it so; looks at the directory at most once a second. */
  signer(): Signer;
  /** What receivers should trust: the active key, and the next where one is prepared. */
  trusted(): readonly PublicKey[];
  /** Whether a key of this directory, retired ones included, made the signature. */
  verify(key: string, text: string, signature: string): boolean;
  /** Whether the directory has this key's public half. */
  knows(key: string): boolean;
  /** Makes the next key, or gives the one that is prepared. */
  prepare(): PublicKey;
  /** Makes the next key the active one; `undefined` where none is prepared. */
  rotate(): PublicKey | undefined;
  /** The active key, the next, then those retired, by id. */
  all(): readonly RankedKey[];
  /** Deletes a key that does not sign: a prepared one will not come, and what a retired one signed can no longer be verified. Throws for the active key. */
  forget(id: string): void;
}

/** Milliseconds between looks at which key is active. */
const LOOK = 1_000;

/** Opens the directory of keys and makes the first key where there is none. `now` in ms. */
export function openKeyring(directory: string, now: () => number): Keyring {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  if (readName(directory, 'active') === undefined) writeName(directory, 'active', makeKey(directory));
  const known = new Map<string, KeyObject>();
  let looked = Number.NEGATIVE_INFINITY;
  let signer: Signer = signerOf(directory, activeKey(directory));
  const publicKeyOf = (id: string): KeyObject | undefined => {
    const key = known.get(id) ?? readPublicKey(directory, id);
    if (key !== undefined) known.set(id, key);
    return key;
  };

  return {
    signer: () => {
      if (now() - looked >= LOOK) {
        looked = now();
        const id = activeKey(directory);
        if (id !== signer.key) signer = signerOf(directory, id);
      }
      return signer;
    },
    trusted: () =>
      ['active', 'next']
        .flatMap((role) => readName(directory, role) ?? [])
        .map((id) => ({ id, pem: readFileSync(publicPath(directory, id), 'utf8') })),
    verify: (key, text, signature) => {
      const publicKey = publicKeyOf(key);
      return publicKey !== undefined && isSigned(publicKey, text, signature);
    },
    knows: (key) => publicKeyOf(key) !== undefined,
    prepare: () => {
      const prepared = readName(directory, 'next');
      const id = prepared ?? makeKey(directory);
      if (prepared === undefined) writeName(directory, 'next', id);
      return { id, pem: readFileSync(publicPath(directory, id), 'utf8') };
    },
    rotate: () => {
      const next = readName(directory, 'next');
      if (next === undefined) return undefined;
      const old = activeKey(directory);
      // In this order a crash leaves a directory that signs, and a repeated rotate finishes what was begun.
      writeName(directory, 'active', next);
      signer = signerOf(directory, next);
      rmSync(join(directory, 'next'), { force: true });
      if (old !== next) rmSync(privatePath(directory, old), { force: true });
      return { id: next, pem: readFileSync(publicPath(directory, next), 'utf8') };
    },
    all: () => {
      const [active, next] = [activeKey(directory), readName(directory, 'next')];
      const others = publicIds(directory).filter((id) => id !== active && id !== next);
      const ranked = (role: RankedKey['role'], id: string): RankedKey => ({
        id,
        role,
        pem: readFileSync(publicPath(directory, id), 'utf8'),
      });
      return [
        ranked('active', active),
        ...(next === undefined || next === active ? [] : [ranked('next', next)]),
        ...others.map((id) => ranked('retired', id)),
      ];
    },
    forget: (id) => {
      if (id === activeKey(directory)) throw new Error(`${id} is the key that signs`);
      // The name first: a key that is not named next cannot become active half deleted.
      if (readName(directory, 'next') === id) rmSync(join(directory, 'next'), { force: true });
      rmSync(privatePath(directory, id), { force: true });
      rmSync(publicPath(directory, id), { force: true });
      known.delete(id);
    },
  };
}

function publicIds(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.public.pem'))
    .map((name) => name.slice(0, -'.public.pem'.length))
    .sort();
}

function makeKey(directory: string): string {
  const { id, publicKey, privateKey } = generateKeyPair();
  writeFileSync(privatePath(directory, id), privateKey, { mode: 0o600, flush: true });
  const pem = createPublicKey({
    key: Buffer.from(publicKey, 'base64url'),
    format: 'der',
    type: 'spki',
  }).export({
    type: 'spki',
    format: 'pem',
  });
  writeFileSync(publicPath(directory, id), pem, { mode: 0o644, flush: true });
  return id;
}

function signerOf(directory: string, id: string): Signer {
  const key: KeyObject = createPrivateKey(readFileSync(privatePath(directory, id)));
  return { key: id, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') };
}

function readPublicKey(directory: string, id: string): KeyObject | undefined {
  if (!readdirSync(directory).includes(`${id}.public.pem`)) return undefined;
  const key = createPublicKey(readFileSync(publicPath(directory, id)));
  // A file under another key's name proves nothing.
  return keyId(key.export({ type: 'spki', format: 'der' })) === id ? key : undefined;
}

function activeKey(directory: string): string {
  const id = readName(directory, 'active');
  if (id === undefined || !existsSync(privatePath(directory, id))) {
    throw new Error(
      `${directory} has no signing key; restore the directory, or remove it to make a new key that receivers must be told.`,
    );
  }
  return id;
}

function readName(directory: string, role: string): string | undefined {
  const path = join(directory, role);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

function writeName(directory: string, role: string, id: string): void {
  const path = join(directory, role);
  writeFileSync(`${path}.new`, `${id}\n`, { flush: true });
  renameSync(`${path}.new`, path);
}

function privatePath(directory: string, id: string): string {
  return join(directory, `${id}.private.pem`);
}

function publicPath(directory: string, id: string): string {
  return join(directory, `${id}.public.pem`);
}
