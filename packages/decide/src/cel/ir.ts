import type { CelOverload } from './function.ts';
import type { CelType } from './type.ts';
import type { CelErrorCode, CelValue } from './value.ts';

/** Where a node stands in its source, as offsets of UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/**
 * The intermediate form every compiler here reads: names are resolved (attribute, local or function), macros are nodes, lists of constants
 * are constants, chains of `&&` and `||` are flat.
 */
export type IrNode = Span & IrForm;

export type IrForm =
  | { readonly kind: 'constant'; readonly value: CelValue }
  | { readonly kind: 'attribute' | 'hasAttribute'; readonly name: string; readonly type: CelType }
  | { readonly kind: 'local'; readonly slot: number; readonly name: string }
  | { readonly kind: 'segment'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly IrNode[] }
  | { readonly kind: 'not' | 'negate'; readonly operand: IrNode }
  | {
      readonly kind: 'conditional';
      readonly test: IrNode;
      readonly whenTrue: IrNode;
      readonly whenFalse: IrNode;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: IrNode;
      readonly right: IrNode;
    }
  | { readonly kind: 'select'; readonly operand: IrNode; readonly field: string; readonly optional: boolean }
  | { readonly kind: 'has'; readonly operand: IrNode; readonly field: string }
  | { readonly kind: 'index'; readonly operand: IrNode; readonly index: IrNode; readonly optional: boolean }
  | { readonly kind: 'list'; readonly items: readonly ListItem[] }
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly style: 'function' | 'method';
      readonly overloads: readonly CelOverload[];
      /** A method's receiver comes first. */
      readonly arguments: readonly IrNode[];
    }
  /** `value` is worked out once; an error in it counts only where the name is used. */
  | {
      readonly kind: 'bind';
      readonly slot: number;
      readonly name: string;
      readonly value: IrNode;
      readonly body: IrNode;
    }
  /** `operand.optMap(name, body)`; `flat` is `optFlatMap`, whose body is an optional itself. */
  | {
      readonly kind: 'optMap';
      readonly slot: number;
      readonly name: string;
      readonly operand: IrNode;
      readonly body: IrNode;
      readonly flat: boolean;
    }
  /** `operand.or(alternative)`, or `orValue` when `unwraps`; the alternative is only looked at if the operand is empty. */
  | {
      readonly kind: 'optOr';
      readonly operand: IrNode;
      readonly alternative: IrNode;
      readonly unwraps: boolean;
    }
  | Comprehension
  /** What cannot have a value: an unknown name or function, a literal out of range, a source that does not parse. */
  | {
      readonly kind: 'failure';
      readonly code: CelErrorCode;
      readonly message: string;
      /** The name nothing is known of, if that is the reason. */
      readonly unknown?: { readonly what: 'attribute' | 'function' | 'method'; readonly name: string };
      readonly operands: readonly IrNode[];
    };

export interface ListItem {
  readonly value: IrNode;
  readonly optional: boolean;
}

export interface MapEntry {
  readonly key: IrNode;
  readonly value: IrNode;
  readonly optional: boolean;
}

/** What a macro over a range makes; `map` keeps the keys, `entries` joins the maps it is given. */
export type ComprehensionMakes = 'all' | 'exists' | 'existsOne' | 'list' | 'map' | 'entries';

/** A macro over a list or map. One variable holds the element or the key; two hold index and element, or key and value. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly makes: ComprehensionMakes;
  readonly range: IrNode;
  readonly slots: readonly [first: number, second: number | undefined];
  readonly names: readonly [first: string, second: string | undefined];
  /** The condition of a quantifier; for the others a filter, or undefined if every element is taken. */
  readonly predicate: IrNode | undefined;
  /** What an element becomes; undefined for quantifiers. */
  readonly transform: IrNode | undefined;
}

/** The nodes directly below a node, in the order of the source. */
export function childrenOf(node: IrNode): readonly IrNode[] {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'failure':
      return node.operands;
    case 'not':
    case 'negate':
    case 'select':
    case 'has':
      return [node.operand];
    case 'conditional':
      return [node.test, node.whenTrue, node.whenFalse];
    case 'binary':
      return [node.left, node.right];
    case 'index':
      return [node.operand, node.index];
    case 'list':
      return node.items.map((item) => item.value);
    case 'map':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'call':
      return node.arguments;
    case 'bind':
      return [node.value, node.body];
    case 'optMap':
      return [node.operand, node.body];
    case 'optOr':
      return [node.operand, node.alternative];
    case 'comprehension':
      return [node.range, node.predicate, node.transform].filter((child) => child !== undefined);
    default:
      return [];
  }
}

/** The values of constant nodes; undefined for the others. */
export function constantsOf(nodes: readonly IrNode[]): (CelValue | undefined)[] {
  return nodes.map((node) => (node.kind === 'constant' ? node.value : undefined));
}

/** The steps one round of a macro takes: its nodes, and one for the round. */
export function roundCost({ predicate, transform }: Comprehension): number {
  return 1 + (predicate ? sizeOf(predicate) : 0) + (transform ? sizeOf(transform) : 0);
}

/** How many nodes there are below and including a node. */
export function sizeOf(node: IrNode): number {
  return childrenOf(node).reduce((sum, child) => sum + sizeOf(child), 1);
}
