import { type CelFunction, globalFunction, overload } from '../function.ts';
import { numeric, toInt, toUint } from '../operators.ts';
import { CelError, CelUint, type CelValue } from '../value.ts';

/** `math.greatest` and `math.least` take up to this many arguments; more go into a list. */
const maxArguments = 16;

function extreme(name: string, better: (a: bigint | number, b: bigint | number) => boolean): CelFunction {
  const pick = (values: readonly CelValue[]): CelValue | CelError => {
    let best: CelValue | undefined;
    let bestNumber: bigint | number = 0;
    for (const value of values) {
      const number = numeric(value);
      if (number === undefined) return new CelError('no_such_overload', `${name}() is for numbers`);
      if (best === undefined || better(number, bestNumber)) {
        best = value;
        bestNumber = number;
      }
    }
    return best ?? new CelError('invalid_argument', `${name}() of an empty list`);
  };
  const types = ['int', 'uint', 'double', 'dyn'];
  const lists = types.map((type) =>
    overload([`list(${type})`], type, (list) => pick(list as readonly CelValue[])),
  );
  const counts = Array.from({ length: maxArguments }, (_, count) => count + 1);
  const separate = counts.flatMap((count) =>
    types.map((type) => overload(Array<string>(count).fill(type), type, (...values) => pick(values))),
  );
  return globalFunction(name, ...lists, ...separate);
}

function onDouble(name: string, run: (value: number) => number): CelFunction {
  return globalFunction(name, overload(['double'], 'double', run));
}

function testDouble(name: string, run: (value: number) => boolean): CelFunction {
  return globalFunction(name, overload(['double'], 'bool', run));
}

function bitwise(name: string, run: (a: bigint, b: bigint) => bigint): CelFunction {
  return globalFunction(
    name,
    overload(['int', 'int'], 'int', run),
    overload(['uint', 'uint'], 'uint', (a, b) => new CelUint(run(a.value, b.value))),
  );
}

/** Shifts the 64 bits of a number; shifted by 64 or more nothing is left. An int shifted right gets zeros, not its sign. */
function shift(name: string, run: (bits: bigint, by: bigint) => bigint): CelFunction {
  const shifted = (bits: bigint, by: bigint): bigint | CelError => {
    if (by < 0n) return new CelError('invalid_argument', `${name}() by a negative number`);
    return by > 63n ? 0n : run(BigInt.asUintN(64, bits), by);
  };
  return globalFunction(
    name,
    overload(['int', 'int'], 'int', (value, by) => {
      const bits = shifted(value, by);
      return typeof bits === 'bigint' ? BigInt.asIntN(64, bits) : bits;
    }),
    overload(['uint', 'int'], 'uint', ({ value }, by) => {
      const bits = shifted(value, by);
      return typeof bits === 'bigint' ? new CelUint(BigInt.asUintN(64, bits)) : bits;
    }),
  );
}

/** The math library. */
export const mathFunctions: readonly CelFunction[] = [
  extreme('math.greatest', (a, b) => a > b),
  extreme('math.least', (a, b) => a < b),
  onDouble('math.ceil', Math.ceil),
  onDouble('math.floor', Math.floor),
  onDouble('math.trunc', Math.trunc),
  // Halves go away from zero; adding 0.5 would round 0.49999999999999994 up.
  onDouble('math.round', (value) => {
    const whole = Math.trunc(value);
    return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
  }),
  testDouble('math.isNaN', Number.isNaN),
  testDouble('math.isInf', (value) => Math.abs(value) === Infinity),
  testDouble('math.isFinite', Number.isFinite),
  globalFunction(
    'math.abs',
    overload(['int'], 'int', (value) => toInt(value < 0n ? -value : value)),
    overload(['uint'], 'uint', (value) => value),
    overload(['double'], 'double', Math.abs),
  ),
  globalFunction(
    'math.sign',
    overload(['int'], 'int', (value) => (value > 0n ? 1n : value < 0n ? -1n : 0n)),
    overload(['uint'], 'uint', ({ value }) => toUint(value > 0n ? 1n : 0n)),
    overload(['double'], 'double', Math.sign),
  ),
  globalFunction(
    'math.sqrt',
    overload(['double'], 'double', Math.sqrt),
    overload(['int'], 'double', (value) => Math.sqrt(Number(value))),
    overload(['uint'], 'double', ({ value }) => Math.sqrt(Number(value))),
  ),
  bitwise('math.bitAnd', (a, b) => a & b),
  bitwise('math.bitOr', (a, b) => a | b),
  bitwise('math.bitXor', (a, b) => a ^ b),
  globalFunction(
    'math.bitNot',
    overload(['int'], 'int', (value) => ~value),
    overload(['uint'], 'uint', ({ value }) => new CelUint(BigInt.asUintN(64, ~value))),
  ),
  shift('math.bitShiftLeft', (bits, by) => bits << by),
  shift('math.bitShiftRight', (bits, by) => bits >> by),
];
