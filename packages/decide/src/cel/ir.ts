import type { CelFunction } from './function.ts';
import type { CelType } from './type.ts';
import type { CelErrorCode, CelValue } from './value.ts';

/** Where a node stands in its source, as offsets of UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** The macros that walk a list or a map, by the name of what they make. */
export type ComprehensionKind = 'all' | 'exists' | 'existsOne' | 'list' | 'map' | 'mapEntry';

/**
 * The intermediate form every compiler here reads: names are resolved (attribute, local or function), macros are nodes,
 * chains of `&&` and `||` are flat.
 */
export type IrNode = Span &
  (
    | { readonly kind: 'constant'; readonly value: CelValue }
    | { readonly kind: 'attribute'; readonly name: string; readonly type: CelType }
    | { readonly kind: 'hasAttribute'; readonly name: string; readonly type: CelType }
    | { readonly kind: 'local'; readonly slot: number; readonly name: string }
    | { readonly kind: 'segment'; readonly name: string }
    | { readonly kind: 'and' | 'or'; readonly operands: readonly IrNode[] }
    | { readonly kind: 'not' | 'negate'; readonly operand: IrNode }
    | {
        readonly kind: 'conditional';
        readonly test: IrNode;
        readonly then: IrNode;
        readonly otherwise: IrNode;
      }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: IrNode;
        readonly right: IrNode;
      }
    | {
        readonly kind: 'select';
        readonly operand: IrNode;
        readonly field: string;
        readonly optional: boolean;
      }
    | { readonly kind: 'has'; readonly operand: IrNode; readonly field: string }
    | { readonly kind: 'index'; readonly operand: IrNode; readonly index: IrNode; readonly optional: boolean }
    | {
        readonly kind: 'list';
        readonly items: readonly { readonly value: IrNode; readonly optional: boolean }[];
      }
    | {
        readonly kind: 'map';
        readonly entries: readonly {
          readonly key: IrNode;
          readonly value: IrNode;
          readonly optional: boolean;
        }[];
      }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly style: 'function' | 'method';
        /** Every function of this name and style; the first that does not answer `no_such_overload` decides. */
        readonly functions: readonly CelFunction[];
        readonly arguments: readonly IrNode[];
      }
    | {
        readonly kind: 'bind';
        readonly slot: number;
        readonly name: string;
        readonly value: IrNode;
        readonly body: IrNode;
      }
    | Comprehension
    /** What cannot have a value: an unknown name, a literal out of range, a source that does not parse. */
    | {
        readonly kind: 'failure';
        readonly code: CelErrorCode;
        readonly message: string;
        readonly children: readonly IrNode[];
      }
  );

/** A macro over a range. With one variable it holds the element (a map's key); with two, index and element or key and value. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly makes: ComprehensionKind;
  readonly range: IrNode;
  readonly slots: readonly [first: number, second: number | undefined];
  readonly names: readonly [first: string, second: string | undefined];
  /** The condition of `all`, `exists`, `existsOne`; for the others a filter, absent if every element is taken. */
  readonly predicate: IrNode | undefined;
  /** What an element becomes; absent for the three quantifiers. */
  readonly transform: IrNode | undefined;
}
