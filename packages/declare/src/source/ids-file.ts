import { withoutMark } from './source-file.ts';

const longest = 1000;

export interface IdsFile {
  readonly ids: readonly string[];
  /** Lines (from 1) that hold no id. */
  readonly faults: readonly { readonly line: number; readonly problem: string }[];
}

/** One id a line: spaces around it are dropped, empty lines skipped, repeated ids kept once. */
export function readIds(text: string): IdsFile {
  const ids = new Set<string>();
  const faults: { line: number; problem: string }[] = [];
  const lines = withoutMark(text).split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const id = raw.trim();
    if (id.length > longest) {
      faults.push({
        line: index + 1,
        problem: `it has ${id.length} characters, at most ${longest} are allowed`,
      });
    } else if (id.includes('\0')) faults.push({ line: index + 1, problem: 'it holds a NUL character' });
    else if (id !== '') ids.add(id);
    if (faults.length >= 10) break;
  }
  return { ids: [...ids], faults };
}

/** The path of a file named in another, relative to it: `flags/a.yaml` and `../beta.txt` make `beta.txt`. */
export function besidePath(file: string, named: string): string {
  const steps = named.startsWith('/') ? [] : file.split('/').slice(0, -1);
  for (const step of named.split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}
