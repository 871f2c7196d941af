import { Composer, type CST, type Document, Parser, type YAMLError } from 'yaml';
import type { SourceLimits } from './limits.ts';
import type { SourceText } from './source-file.ts';
import type { Report } from './tree-to-json.ts';

/**
 * Reads the YAML 1.2 documents of a text that have no syntax error; reports one issue for each that has. Nesting is bounded before
 * the composer sees it, since it recurses (deep text ends the whole process there, uncatchably). Keys are not compared here: the library
 * takes quadratic time for that. Pauses between documents.
 */
export function* yamlDocuments(
  source: SourceText,
  limits: SourceLimits,
  report: Report,
): Generator<undefined, readonly Document.Parsed[]> {
  const tokens: CST.Token[] = [];
  for (const token of new Parser().parse(source.text)) {
    if (token.type === 'document') {
      const deep = deeperThan(token, limits.depth);
      if (deep !== undefined) {
        report('TOO_DEEP', [deep, deep + 1], { limit: limits.depth });
        return [];
      }
    }
    tokens.push(token);
    yield;
  }
  const documents: Document.Parsed[] = [];
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent', strict: true });
  for (const document of composer.compose(tokens, false, source.text.length)) {
    yield;
    if (documents.length >= limits.documents) {
      const [start] = document.range;
      report('TOO_MANY_DOCUMENTS', [start, start + 1], { limit: limits.documents });
      return [];
    }
    const version = document.directives?.yaml;
    const error = document.errors[0] ?? document.warnings.find(({ code }) => code !== 'BAD_DIRECTIVE');
    if (version?.explicit === true && version.version !== '1.2') {
      report('YAML_VERSION', [document.range[0], document.range[0] + 1], { version: version.version });
    } else if (error !== undefined) reportSyntax(error, source, tokens, limits, report);
    else documents.push(document);
  }
  return documents;
}

/** The offset where a token nests deeper than `limit`, found without recursion. */
function deeperThan(root: CST.Token, limit: number): number | undefined {
  const rest: [token: CST.Token, depth: number][] = [[root, -1]];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [token, depth] = next;
    if (depth > limit) return 'offset' in token ? token.offset : 0;
    if (token.type === 'document') {
      if (token.value !== undefined) rest.push([token.value, depth + 1]);
    } else if ('items' in token) {
      for (const { key, value } of token.items) {
        if (key) rest.push([key, depth + 1]);
        if (value) rest.push([value, depth + 1]);
      }
    }
  }
  return undefined;
}

/** Where the quoted text begins that has no quote at its end. */
function openQuote(tokens: readonly CST.Token[]): number | undefined {
  const rest: CST.Token[] = [...tokens];
  for (let token = rest.pop(); token !== undefined; token = rest.pop()) {
    if (token.type === 'document' && token.value !== undefined) rest.push(token.value);
    if (token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar') {
      const { source, offset } = token;
      if (source.length === 1 || source.at(0) !== source.at(-1)) return offset;
    }
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) rest.push(key);
      if (value) rest.push(value);
    }
  }
  return undefined;
}

/** The last bracket before an offset that is never closed. */
function openBefore(
  tokens: readonly CST.Token[],
  offset: number,
): readonly [start: number, message: string] | undefined {
  let found: CST.FlowCollection | undefined;
  const rest: CST.Token[] = [...tokens];
  for (let token = rest.pop(); token !== undefined; token = rest.pop()) {
    if (token.type === 'document' && token.value !== undefined) rest.push(token.value);
    if (!('items' in token)) continue;
    if (token.type === 'flow-collection' && token.offset < offset && token.offset >= (found?.offset ?? 0)) {
      if (!token.end.some(({ source }) => source === '}' || source === ']')) found = token;
    }
    for (const { key, value } of token.items) {
      if (key) rest.push(key);
      if (value) rest.push(value);
    }
  }
  return found && [found.offset, `the ${found.start.source} that does not end`];
}

function reportSyntax(
  error: YAMLError,
  source: SourceText,
  tokens: readonly CST.Token[],
  limits: SourceLimits,
  report: Report,
): void {
  const [start, end] = error.pos;
  const at = [start, Math.max(end, start + 1)] as const;
  if (error.code === 'TAB_AS_INDENT') report('TAB_INDENT', at, {});
  else if (error.code === 'RESOURCE_EXHAUSTION') report('TOO_DEEP', at, { limit: limits.depth });
  else if (error.code === 'TAG_RESOLVE_FAILED') {
    const [tag = '!'] = /^!\S*/.exec(source.text.slice(start, end)) ?? [];
    report('YAML_TAG', at, { tag });
  } else {
    const also = / end with a .$/.test(error.message) ? openBefore(tokens, start) : undefined;
    const problem = problemOf(error, source.text);
    const quote = error.message.startsWith('Missing closing') ? openQuote(tokens) : undefined;
    report(
      'YAML_SYNTAX',
      quote === undefined ? at : [quote, quote + 1],
      { problem },
      { ...hintOf(error, source.text), ...(also !== undefined && { also }) },
    );
  }
}

/** Errors of the library that speak of its own tokens, said in the words of somebody who writes YAML. */
function problemOf(error: YAMLError, text: string): string {
  const [start] = error.pos;
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second ": " stands in this line';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key spans several lines; perhaps a ":" is missing or the indentation is wrong';
    case 'BAD_SCALAR_START':
      return `text cannot begin with ${text.charAt(start)}`;
    case 'BAD_DQ_ESCAPE':
      return `${text.slice(start, start + 2)} is no escape within double quotes`;
    case 'MISSING_CHAR':
      if (error.message.startsWith('Missing closing')) return 'the quote that begins here does not end';
      return lowerFirst(error.message);
    case 'BAD_INDENT':
      return /must.* end with a/.test(error.message)
        ? `a ${error.message.at(-1)} is missing, or the lines before it are not indented`
        : lowerFirst(error.message);
    case 'UNEXPECTED_TOKEN':
      return 'this does not belong here; perhaps the indentation is wrong';
    default:
      return lowerFirst(error.message);
  }
}

function hintOf(error: YAMLError, text: string): { readonly hint?: string } {
  const line = text.slice(text.lastIndexOf('\n', error.pos[0]) + 1).split('\n', 1)[0] ?? '';
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' && / (?:\?|&&|==|\|\|) |: .*\{/.test(line)) {
    return { hint: 'put a text that contains ": " in quotes' };
  }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return { hint: 'begin a new line, or put the text in quotes' };
  if (error.code === 'BAD_SCALAR_START') return { hint: 'put the text in quotes' };
  if (error.code === 'BAD_DQ_ESCAPE') return { hint: 'write \\\\ for a backslash, or use single quotes' };
  return {};
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
