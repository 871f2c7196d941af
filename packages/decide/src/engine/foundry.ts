import type { Decide } from './decide.ts';
import { TwoGenerationMap } from './two-generation-map.ts';

/** Shapes kept beside those in use. A thousand functions of ordinary flags take a few megabytes. */
const SHAPES = 2000;

type Make = (...constants: readonly unknown[]) => Decide;

/**
 * Turns code into functions. Code holds no text of any resource: constants come as arguments, so flags of one shape share one function,
 * which the engine below then optimises once.
 */
export class Foundry {
  readonly #shapes = new TwoGenerationMap<string, Make>(SHAPES);
  #readers = 0;

  /** A foundry, or undefined where the process forbids generated code. */
  static ifAllowed(): Foundry | undefined {
    try {
      new Function('return 0');
      return new Foundry();
    } catch {
      return undefined;
    }
  }

  /**
   * A function that reads an own property of a context as `readOwn` does. Each has code of its own, so that the engine below remembers for
   * each attribute where contexts of one shape keep it.
   */
  reader(name: string): (context: unknown) => unknown {
    const path = name.split('.');
    const names = path.map((_, index) => `k${index}`);
    const steps = names.map(
      (key) => `if(typeof v!=='object'||v===null||!own(v,${key}))return undefined;v=v[${key}];`,
    );
    const nested = path.length === 1 ? 'return undefined;' : `let v=c;${steps.join('')}return v;`;
    this.#readers += 1;
    const make = new Function(
      'own',
      'key',
      ...names,
      `'use strict';return function(c){/*${this.#readers}*/if(typeof c!=='object'||c===null)return undefined;if(own(c,key))return c[key];${nested}}`,
    ) as (...constants: readonly unknown[]) => (context: unknown) => unknown;
    return make(Object.hasOwn, name, ...path);
  }

  /** The function `(b) => …` with this body, over constants called k0, k1 …; undefined if it cannot be made. */
  make(body: string, constants: readonly unknown[]): Decide | undefined {
    const parameters = constants.map((_, index) => `k${index}`).join(',');
    const shape = `${parameters}|${body}`;
    let make = this.#shapes.get(shape);
    if (make === undefined) {
      try {
        make = new Function(parameters, `'use strict';return function(b){${body}}`) as Make;
      } catch {
        return undefined;
      }
      this.#shapes.set(shape, make);
    }
    return make(...constants);
  }
}
