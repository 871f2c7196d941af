import { RE2JS } from 're2js';
import { type CelFunction, globalFunction, method, overload } from '../function.ts';
import { CelError } from '../value.ts';

/** Patterns whose program could be larger are refused: compiling them would take longer than an evaluation may. */
const maxSize = 2000;

/** Texts are refused for a pattern if length × program size passes this: about 40 ms of the engine without shortcuts. */
const maxWork = 4_000_000;

interface Pattern {
  /** Whether the pattern matches somewhere in the text. */
  test(text: string): boolean | CelError;
  /** What `test` may cost. */
  steps(text: string): number;
}

/** Compiles a pattern of RE2's syntax, which matches in time linear in the text. */
function compilePattern(source: string): Pattern | CelError {
  if (sizeOf(source) > maxSize) {
    return new CelError('invalid_argument', `The pattern needs more than ${maxSize} states; repeat less`);
  }
  try {
    const compiled = RE2JS.compile(source);
    // Even the smallest program takes some hundred nanoseconds a character.
    const size = compiled.programSize() + 24;
    return {
      test: (text) =>
        text.length * size > maxWork
          ? new CelError('budget_exceeded', 'The text is too long for the pattern')
          : compiled.matcher(text).find(),
      steps: (text) => (text.length * size) / 10,
    };
  } catch {
    return new CelError('invalid_argument', 'Not a regular expression of RE2');
  }
}

/** An upper bound of a pattern's states: every character one, repeated groups as often as they repeat. */
function sizeOf(source: string): number {
  const open: number[] = [];
  let sum = 0;
  let last = 0;
  for (const [part] of source.matchAll(
    /\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|./gs,
  )) {
    if (part === '(') {
      open.push(sum);
      sum = 0;
      last = 0;
      continue;
    }
    if (part === ')') {
      last = sum + 2;
      sum = open.pop() ?? 0;
    } else if (part.startsWith('{') && part.length > 1) {
      const times = Math.max(...part.slice(1, -1).split(',').map(Number));
      sum -= last;
      last *= Math.max(times, 1);
    } else {
      last = 1;
    }
    sum += last;
  }
  return sum;
}

/** Compiling a pattern of an attribute in each call is dear, most of all in a macro. */
const stepsOfCompiling = 50_000;

const matches = overload(
  ['string', 'string'],
  'bool',
  (text, source) => {
    const pattern = compilePattern(source);
    return pattern instanceof CelError ? pattern : pattern.test(text);
  },
  {
    // Dispatch on the parameters makes the casts true.
    steps: (text) => stepsOfCompiling + (text as string).length * 10,
    specialize([, source]) {
      if (typeof source !== 'string') return undefined;
      const pattern = compilePattern(source);
      if (pattern instanceof CelError) return pattern;
      return { run: (text) => pattern.test(text as string), steps: (text) => pattern.steps(text as string) };
    },
  },
);

/** `text.matches(pattern)` and `matches(text, pattern)`. */
export const patternFunctions: readonly CelFunction[] = [
  method('matches', matches),
  globalFunction('matches', matches),
];
