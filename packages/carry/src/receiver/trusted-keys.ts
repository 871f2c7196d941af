import type { Clock } from '../clock.ts';
import type { Problem } from '../problem.ts';
import { type Keyring, openKeyring } from './keyring.ts';
import { followKeysFile, readKeysFile } from './keys-file.ts';

/** The keys that are trusted now, however they came to be: given, exchanged while running, or read from a file that may change. */
export interface TrustedKeys {
  /** Undefined where none were given: signatures are not checked. */
  readonly ring: Keyring | undefined;
  /** What is wrong with the file; the keys of its last good text stay trusted. */
  readonly problem: Problem | undefined;
  /** Throws TypeError for texts that are no keys. */
  exchange(keys: readonly string[]): void;
  /** Begins to watch the file, where the keys are in one. */
  follow(): void;
  stop(): void;
}

/** Throws TypeError for what are no keys. `exchanged` hears of every exchange, `report` of a file that can no longer be read. */
export function openTrustedKeys(
  given: readonly string[] | { readonly file: string } | undefined,
  clock: Clock,
  exchanged: () => void,
  report: (problem: Problem) => void,
): TrustedKeys {
  const file = given !== undefined && 'file' in given ? given.file : undefined;
  const texts = given !== undefined && 'file' in given ? readKeysFile(given.file) : given;
  let ring = texts && openKeyring(texts);
  let problem: Problem | undefined;
  let unfollow: (() => void) | undefined;

  function exchange(keys: readonly string[]): void {
    ring = openKeyring(keys);
    exchanged();
  }

  return {
    get ring() {
      return ring;
    },
    get problem() {
      return problem;
    },
    exchange,
    follow() {
      if (file === undefined) return;
      unfollow = followKeysFile(file, clock, exchange, (found) => {
        if (found !== undefined && found.detail !== problem?.detail) report(found);
        problem = found;
      });
    },
    stop: () => unfollow?.(),
  };
}
