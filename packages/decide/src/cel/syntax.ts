import type { BinaryOperator, Span } from './ir.ts';
import type { CelValue } from './value.ts';

/** What the parser reads, before names are resolved. Chains of `&&` and `||` are flat. */
export type Syntax = Span &
  (
    | { readonly kind: 'literal'; readonly value: CelValue }
    /** `rooted` is a name with a leading dot: never a local variable. */
    | { readonly kind: 'identifier'; readonly name: string; readonly rooted: boolean }
    /** `detached` is a field of an operand in parentheses, which makes no dotted name with it. */
    | {
        readonly kind: 'select';
        readonly operand: Syntax;
        readonly field: string;
        readonly optional: boolean;
        readonly detached: boolean;
      }
    | { readonly kind: 'index'; readonly operand: Syntax; readonly index: Syntax; readonly optional: boolean }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly target: Syntax | undefined;
        readonly arguments: readonly Syntax[];
      }
    | {
        readonly kind: 'list';
        readonly items: readonly { readonly value: Syntax; readonly optional: boolean }[];
      }
    | {
        readonly kind: 'map';
        readonly entries: readonly {
          readonly key: Syntax;
          readonly value: Syntax;
          readonly optional: boolean;
        }[];
      }
    | { readonly kind: 'and' | 'or'; readonly operands: readonly Syntax[] }
    | { readonly kind: 'not' | 'negate'; readonly operand: Syntax }
    | {
        readonly kind: 'conditional';
        readonly test: Syntax;
        readonly whenTrue: Syntax;
        readonly whenFalse: Syntax;
      }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Syntax;
        readonly right: Syntax;
      }
  );
