import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { developerEnricher, readFolder } from '@ombre/carry';
import {
  type Bound,
  bind,
  compileSnapshot,
  type Explanation,
  encodeSnapshot,
  evaluate,
  explain,
} from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import { declareSources, formatIssue, type Issue, type SourceFile, unsaidShares } from '@ombre/declare';
import { evaluationStatus, toEvaluation } from '@ombre/protocol';
import { CommandEnd, exits } from './exit.ts';
import { sayIfLong } from './say-if-long.ts';
import type { Shell } from './shell.ts';
import { paint } from './terminal.ts';

/** What the files of a directory say, checked here, without a control plane. */
export interface DeclaredDirectory {
  readonly files: readonly SourceFile[];
  readonly resources: readonly Resource[];
  /** `project/environment` that the files say they are for; undefined where they do not say. */
  readonly environment: string | undefined;
  readonly issues: readonly Issue[];
  /** The issues as people read them, each with its lines. */
  readonly text: string;
  /** What the files leave to Ombre, as lines for people. */
  readonly notes: readonly string[];
}

/** Reads and checks a directory, or one file. Errors of the files are in `issues`; only an unreadable place ends the command. */
export async function declareDirectory(shell: Shell, place: string): Promise<DeclaredDirectory> {
  const files = await read(shell, place);
  if (files.length === 0) {
    throw new CommandEnd(
      exits.usage,
      `${place} holds no .yaml, .yml or .json file; name the directory of the resources`,
    );
  }
  sayIfLong(shell, files.length, `reading and checking ${files.length} files …`);
  const { declared, issues } = declareSources(files);
  const style = (part: 'place' | 'error' | 'warning' | 'mark' | 'faint', text: string): string =>
    paint(
      shell.terminal,
      ({ place: 'bold', error: 'red', warning: 'yellow', mark: 'red', faint: 'dim' } as const)[part],
      text,
    );
  const text = issues.map((issue) => `${formatIssue(issue, files, { style })}\n\n`).join('');
  const notes = declared.drafts.flatMap(({ key, value }) =>
    unsaidShares(value).map(
      (level) =>
        `${key}: the level ${level} says no share, so a tenth of its users stays as control (share: 0.9; share: 1 treats all of them)`,
    ),
  );
  const { resources, project, environment: name } = declared;
  const environment = project === undefined || name === undefined ? undefined : `${project}/${name}`;
  return { files, resources, environment, issues, text, notes };
}

export async function declaredResources(shell: Shell, place: string): Promise<readonly Resource[]> {
  return (await declareDirectory(shell, place)).resources;
}

export async function evaluateLocally(
  shell: Shell,
  place: string,
  flag: string,
  context: Readonly<Record<string, unknown>>,
): Promise<{ status: number; body: unknown }> {
  const evaluation = toEvaluation(evaluate(await bindDirectory(shell, place, context), flag));
  return { status: evaluationStatus(evaluation), body: { key: flag, ...evaluation } };
}

export async function explainLocally(
  shell: Shell,
  place: string,
  flag: string,
  context: Readonly<Record<string, unknown>>,
): Promise<Explanation> {
  return explain(await bindDirectory(shell, place, context), flag);
}

async function bindDirectory(
  shell: Shell,
  place: string,
  context: Readonly<Record<string, unknown>>,
): Promise<Bound> {
  const declared = await declareDirectory(shell, place);
  if (declared.issues.some((issue) => issue.severity === 'error')) {
    throw new CommandEnd(exits.no, `${declared.text}mend the files first`, {
      ok: false,
      issues: declared.issues,
    });
  }
  const entries = declared.resources.map(({ kind, metadata, spec }) => ({
    kind,
    name: metadata.name,
    body: spec as never,
  }));
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  // Whose machine this is, as the SDK takes it; a token cannot be checked without a control plane's keys.
  const local = process.env.OMBRE_DEVELOPER;
  const developer = developerEnricher({ environment: () => undefined, isTrusted: () => false, local });
  const options = { vocabularies: [{ enrichers: [developer] }] };
  return bind(compileSnapshot(encodeSnapshot(entries, sha256), options), context, Date.now());
}

async function read(shell: Shell, place: string): Promise<readonly SourceFile[]> {
  const path = resolve(shell.terminal.cwd, place);
  try {
    if (statSync(path).isDirectory()) return (await readFolder(path)).files;
    return [{ path: basename(path), text: readFileSync(path, 'utf8') }];
  } catch (error) {
    throw new CommandEnd(exits.usage, `cannot read ${place}: ${(error as Error).message}`);
  }
}
