import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Problem } from '../problem.ts';

/** Milliseconds between looks: a file that is swapped as a whole, as Kubernetes does, is seen like one that is edited. */
const LOOK = 1_000;

/** Reads a file of public keys. Throws TypeError where it cannot be read or holds none. */
export function readKeysFile(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new TypeError(`the keys cannot be read: ${(error as Error).message}`);
  }
  return keysIn(text, path);
}

/** Tells of the keys whenever the file's text is another, and of a text that is of no use; the answer ends it. */
export function followKeysFile(
  path: string,
  clock: Clock,
  told: (keys: readonly string[]) => void,
  failed: (problem: Problem | undefined) => void,
): () => void {
  let known = readFileSync(path, 'utf8');
  let ended = false;
  let cancel = arm();

  function arm(): () => void {
    return clock.after(LOOK, () => {
      void look().finally(() => {
        if (!ended) cancel = arm();
      });
    });
  }

  async function look(): Promise<void> {
    try {
      const text = await readFile(path, 'utf8');
      if (text === known || ended) return;
      told(keysIn(text, path));
      known = text;
      failed(undefined);
    } catch (error) {
      // Half written or away for a moment: the next look will tell.
      if (!ended) failed({ code: 'KEYS_INVALID', detail: (error as Error).message });
    }
  }

  return () => {
    ended = true;
    cancel();
  };
}

const PEM = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g;

/** PEM blocks, and lines that are no comment. */
function keysIn(text: string, path: string): readonly string[] {
  if (text.includes('PRIVATE KEY')) {
    throw new TypeError(`${path} holds a private key: receivers are given public ones`);
  }
  const lines = text.replaceAll(PEM, '').split('\n');
  const plain = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const keys = [...(text.match(PEM) ?? []), ...plain];
  if (keys.length === 0) throw new TypeError(`${path} holds no public key`);
  return keys;
}
