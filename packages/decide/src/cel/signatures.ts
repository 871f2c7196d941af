import type { BinaryOperator } from './ir.ts';
import { type CelType, parseType } from './type.ts';

/** What a function or operator takes and answers, for the checker. */
export interface Signature {
  readonly parameters: readonly CelType[];
  readonly result: CelType;
}

/** Overloads of the binary operators, e.g. `int < double -> bool`; capital letters are type parameters. */
const texts: Readonly<Record<BinaryOperator, readonly string[]>> = {
  '==': ['A A bool'],
  '!=': ['A A bool'],
  '<': orders(),
  '<=': orders(),
  '>': orders(),
  '>=': orders(),
  in: ['A list(A) bool', 'A map(A,B) bool'],
  '+': [
    ...numbers('int', 'uint', 'double'),
    ...numbers('string', 'bytes', 'duration'),
    'list(A) list(A) list(A)',
    'timestamp duration timestamp',
    'duration timestamp timestamp',
  ],
  '-': [
    ...numbers('int', 'uint', 'double', 'duration'),
    'timestamp duration timestamp',
    'timestamp timestamp duration',
  ],
  '*': numbers('int', 'uint', 'double'),
  '/': numbers('int', 'uint', 'double'),
  '%': numbers('int', 'uint'),
};

function numbers(...types: readonly string[]): string[] {
  return types.map((type) => `${type} ${type} ${type}`);
}

function orders(): string[] {
  const alike = ['bool', 'string', 'bytes', 'timestamp', 'duration'].map((type) => `${type} ${type} bool`);
  const numeric = ['int', 'uint', 'double'];
  return [...numeric.flatMap((left) => numeric.map((right) => `${left} ${right} bool`)), ...alike];
}

function signature(text: string): Signature {
  const [left, right, result] = text.split(' ').map(parseType);
  if (!left || !right || !result) throw new Error(`Not a signature: ${text}`);
  return { parameters: [left, right], result };
}

/** The signatures of each binary operator. */
export const operatorSignatures: ReadonlyMap<BinaryOperator, readonly Signature[]> = new Map(
  Object.entries(texts).map(([operator, overloads]) => [
    operator as BinaryOperator,
    overloads.map(signature),
  ]),
);
