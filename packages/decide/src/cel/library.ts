import type { CelEnvironment } from './environment.ts';
import type { CelFunction, CelOverload } from './function.ts';
import { conversionFunctions } from './functions/conversions.ts';
import { encoderFunctions } from './functions/encoders.ts';
import { formatFunctions } from './functions/format.ts';
import { mathFunctions } from './functions/math.ts';
import { networkFunctions } from './functions/network.ts';
import { optionalFunctions } from './functions/optionals.ts';
import { patternFunctions } from './functions/pattern.ts';
import { semverFunctions } from './functions/semver.ts';
import { textFunctions } from './functions/text.ts';
import { timeFunctions } from './functions/time.ts';

/** Every function all environments have, by family. */
export const standardFunctions: readonly CelFunction[] = [
  ...conversionFunctions,
  ...textFunctions,
  ...patternFunctions,
  ...formatFunctions,
  ...mathFunctions,
  ...timeFunctions,
  ...encoderFunctions,
  ...optionalFunctions,
  ...networkFunctions,
  ...semverFunctions,
];

const standard: ReadonlyMap<string, readonly CelOverload[]> = collect(standardFunctions);

function collect(functions: readonly CelFunction[]): Map<string, CelOverload[]> {
  const overloads = new Map<string, CelOverload[]>();
  for (const one of functions) {
    const key = `${one.style} ${one.name}`;
    overloads.set(key, [...(overloads.get(key) ?? []), ...one.overloads]);
  }
  return overloads;
}

/** Overloads of a name: the standard ones first, then those that code added; undefined if nobody declares it. */
export function findOverloads(
  environment: CelEnvironment,
  style: CelFunction['style'],
  name: string,
): readonly CelOverload[] | undefined {
  const own = standard.get(`${style} ${name}`);
  if (environment.functions === undefined) return own;
  const added = environment.functions.filter((one) => one.style === style && one.name === name);
  if (added.length === 0) return own;
  return [...(own ?? []), ...added.flatMap((one) => one.overloads)];
}

/** Functions that are forms of the language and so have no overloads. */
const macros: Readonly<Record<CelFunction['style'], readonly string[]>> = {
  function: ['has', 'inSegment', 'cel.bind'],
  method: [
    'all',
    'exists',
    'existsOne',
    'exists_one',
    'map',
    'filter',
    'transformList',
    'transformMap',
    'transformMapEntry',
    'optMap',
    'optFlatMap',
    'or',
    'orValue',
  ],
};

/** Every name of a style, for suggestions. */
export function functionNames(environment: CelEnvironment, style: CelFunction['style']): readonly string[] {
  const all = [...standardFunctions, ...(environment.functions ?? [])].filter((one) => one.style === style);
  return [...new Set([...macros[style], ...all.map((one) => one.name)])];
}
