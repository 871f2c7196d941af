import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeclareOptions, declareSources } from '../declare-sources.ts';
import type { IssueCode } from '../issue/codes.ts';
import type { Issue } from '../issue/issue.ts';
import type { SourceFile } from '../source/source-file.ts';

/** A text that has one thing wrong with it, and which. */
export interface Case {
  readonly code: IssueCode;
  readonly files: readonly SourceFile[];
  readonly issues: readonly Issue[];
}

interface CaseOptions extends DeclareOptions {
  readonly base?: boolean;
  readonly enrichers?: readonly string[];
  readonly generate?: keyof typeof generated;
}

const base = { path: 'base.yaml', text: readFileSync(join(import.meta.dirname, 'base.yaml'), 'utf8') };

const header = (kind: string, name: string) =>
  `apiVersion: ombre.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`;
const flag = (name: string, rest: string) =>
  `${header('Flag', name)}  type: string\n  variants: { a: old }\n  default: a\n  off: a\n${rest}`;
const count = (length: number, line: (at: number) => string) => Array.from({ length }, (_, at) => line(at));

/** Cases too long to be written out. */
const generated = {
  issues: () => flag('price', `  rules:\n${count(1200, (at) => `    - { id: r${at} }\n`).join('')}`),
  prerequisites: () =>
    count(18, (at) =>
      flag(`f${at}`, at === 0 ? '' : `  prerequisites: [{ flag: f${at - 1}, variant: a }]\n`),
    ).join('---\n'),
  rows: () => {
    const cells = (at: number) =>
      `{ id: r${at}, match: { a: { from: ${at}, to: ${at + 2} }, b: { from: ${at % 2}, to: ${(at % 2) + 1} } }, serve: { variant: a } }`;
    const dimensions =
      '{ name: a, attribute: user.age, weight: 1 }, { name: b, attribute: user.age, weight: 1 }';
    const rows = count(1200, (at) => `    - ${cells(at)}\n`).join('');
    return `${header('Table', 'prices')}  dimensions: [${dimensions}]\n  rows:\n${rows}`;
  },
};

const unpleasant: readonly (readonly [string, string])[] = [
  ['<NUL>', '\0'],
  ['<LONG>', count(600, (at) => `"user-${at}"`).join(', ')],
  ['<DEEP>', `${'('.repeat(200)}true${')'.repeat(200)}`],
  ['<MANY>', count(390, (at) => `rate>${at % 10}.0`).join('||')],
];

/** Reads the cases and what is found in each. */
export function readCases(): readonly Case[] {
  const text = readFileSync(join(import.meta.dirname, 'cases.txt'), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [, code = '', json = '{}', body = ''] = /^(\S+)(?: (.*))?\n([\s\S]*)$/.exec(part) ?? [];
      const options = JSON.parse(json) as CaseOptions;
      const own = options.generate
        ? [{ path: 'case.yaml', text: generated[options.generate]() }]
        : filesOf(body);
      const files = options.base === false ? own : [base, ...own];
      return {
        code: code as IssueCode,
        files,
        issues: declareSources(files, declareOptions(options)).issues,
      };
    });
}

function declareOptions({ limits, quotas, enrichers }: CaseOptions): DeclareOptions {
  const derive = () => ({});
  return {
    ...(limits && { limits }),
    ...(quotas && { quotas }),
    ...(enrichers && { vocabularies: [{ enrichers: enrichers.map((name) => ({ name, derive })) }] }),
  };
}

function filesOf(body: string): readonly SourceFile[] {
  return body
    .split(/^\+\+\+ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      const text = unpleasant.reduce(
        (all, [word, meant]) => all.replaceAll(word, meant),
        part.slice(end + 1),
      );
      return { path: part.slice(0, end), text };
    });
}
