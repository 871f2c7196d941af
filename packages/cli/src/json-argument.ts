import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandEnd, exits } from './exit.ts';
import type { Terminal } from './terminal.ts';

/**
 * The context of an evaluation from the words of a command line: a JSON object, `@file`, `-` for standard input, and
 * `name=value` pairs laid over it. A value whose attribute is declared a string is text as it stands; of others, what is JSON is
 * taken as such and the rest as text.
 */
export function readContext(
  terminal: Terminal,
  json: string | undefined,
  pairs: readonly string[],
  typeOf: (attribute: string) => string | undefined = () => undefined,
): Readonly<Record<string, unknown>> {
  const context: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (json !== undefined) {
    const text =
      json === '-'
        ? readFileSync(0, 'utf8')
        : json.startsWith('@')
          ? readFile(terminal, json.slice(1))
          : json;
    const value = parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CommandEnd(
        exits.usage,
        `--context takes a JSON object, such as '{"targetingKey":"u1"}'; this is ${value === undefined ? 'no JSON' : JSON.stringify(value).slice(0, 60)}`,
      );
    }
    Object.assign(context, value);
  }
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new CommandEnd(exits.usage, `"${pair}" is no name=value pair; write for example user.tier=L5`);
    }
    const name = pair.slice(0, at);
    const text = pair.slice(at + 1);
    const value = typeOf(name) === 'string' ? undefined : parse(text);
    context[name] = value === undefined ? text : value;
  }
  return { ...context };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readFile(terminal: Terminal, name: string): string {
  try {
    return readFileSync(resolve(terminal.cwd, name), 'utf8');
  } catch (error) {
    throw new CommandEnd(exits.usage, `cannot read ${name}: ${(error as Error).message}`);
  }
}
