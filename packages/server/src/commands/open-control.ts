import type { CodeVocabulary } from '@ombre/decide';
import { type Checker, createChecker, diffResources } from '@ombre/declare';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import { createStaging, type Staging } from '../two-phase/staging.ts';
import { createViews } from '../views/create-views.ts';
import { openMirrors } from '../views/mirrors.ts';
import type { Changes, Views } from '../views/views.ts';
import type { Clock } from './clock.ts';
import type { Commands } from './commands.ts';
import { type CommandParts, createCommands } from './create-commands.ts';
import type { Checks } from './plan.ts';

export interface ControlParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyring: Pick<Keyring, 'signer' | 'verify'>;
  /** A new random id of at least 16 hexadecimal digits. */
  readonly newId: () => string;
  readonly checks?: Checks;
  /** What code adds to the declared vocabularies; the checks know it too. */
  readonly vocabularies?: readonly CodeVocabulary[] | undefined;
  /** See CommandParts.leaving. */
  readonly leaving?: CommandParts['leaving'];
  readonly log?: (message: string) => void;
}

/** Writes, reads and news of one store, sharing what they know of it. */
export interface Control {
  readonly commands: Commands;
  readonly views: Views;
  readonly changes: Changes;
  /** What two-phase changes are made of. */
  readonly staging: Staging;
  /** Stops following the store, which stays the caller's to close. */
  close(): void;
}

/** Reads every environment, sees to it that each head names the bytes of this version, and makes the commands and views over them. */
export async function openControl(parts: ControlParts): Promise<Control> {
  const { store, clock, keyring, newId, log } = parts;
  const checks = parts.checks ?? checksWith(parts.vocabularies);
  const mirrors = await openMirrors(store, log);
  const { signer } = keyring;
  const commands = createCommands({ store, mirrors, clock, signer, newId, checks, leaving: parts.leaving });
  const staging = createStaging({ store, mirrors, clock, signer, checks });
  for (const { environment } of mirrors.all()) {
    await commands.init({ environment, author: 'ombre', why: 'the server began' });
  }
  const { views, changes } = createViews({
    store,
    mirrors,
    signer,
    verify: keyring.verify,
    now: () => clock.now(),
  });
  return { commands, views, changes, staging, close: () => mirrors.close() };
}

/** The checks and the diff of `declare`, with what code adds; where that is not said, enrichers may have any name. */
function checksWith(vocabularies?: readonly CodeVocabulary[]): Checks {
  const code = vocabularies === undefined ? {} : { vocabularies };
  // One for each environment, since it remembers what it found and checks one set after the other.
  const checkers = new Map<string, Checker>();
  return {
    check(resources, environment) {
      const checker = checkers.get(environment) ?? createChecker(code);
      checkers.set(environment, checker);
      return checker.check(resources);
    },
    scopeAbove: 200,
    diff: (from, to, moves) => diffResources(from, to, moves ? code : { ...code, estimates: 0 }),
  };
}

export function declaredChecks(): Checks {
  return checksWith();
}
