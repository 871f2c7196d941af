import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret's value, or why there is none; `why` names the reference only. */
export type Secret =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly why: string };

/** Looks a reference up each time it is used, so that a rotated secret counts at once. */
export type Secrets = (reference: string) => Secret;

type Environment = Readonly<Record<string, string | undefined>>;

/** For those who run the server: `env:NAME` and `file:PATH` of any name. */
export function operatorSecrets(environment: Environment): Secrets {
  return (reference) => {
    if (reference.startsWith('env:')) return fromEnvironment(environment, reference);
    if (reference.startsWith('file:')) return fromFile(reference.slice('file:'.length), reference);
    return { ok: false, why: 'a secret is referred to as env:NAME or file:PATH' };
  };
}

/**
 * For those who write resources: `env:OMBRE_SECRET_…` and files of one folder only, so that whoever may declare a release cannot
 * send away what else the server can read.
 */
export function resourceSecrets(environment: Environment, folder: string): Secrets {
  return (reference) => {
    if (/^env:OMBRE_SECRET_[A-Z0-9_]+$/.test(reference)) return fromEnvironment(environment, reference);
    const [, file] = /^file:([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(reference) ?? [];
    if (file !== undefined) return fromFile(join(folder, file), reference);
    return { ok: false, why: 'a secret is referred to as env:OMBRE_SECRET_NAME or file:NAME' };
  };
}

/** Whether a text is a reference and not itself the value. */
export function isReference(text: string): boolean {
  return text.startsWith('env:') || text.startsWith('file:');
}

function fromEnvironment(environment: Environment, reference: string): Secret {
  const value = environment[reference.slice('env:'.length)];
  return value ? { ok: true, value } : { ok: false, why: `${reference} is not set` };
}

function fromFile(path: string, reference: string): Secret {
  try {
    return { ok: true, value: readFileSync(path, 'utf8').trim() };
  } catch {
    return { ok: false, why: `${reference} cannot be read` };
  }
}
