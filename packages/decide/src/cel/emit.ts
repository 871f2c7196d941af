import type { IrNode } from './ir.ts';

/** How generated code reaches what is outside of it. Every answer is a JavaScript expression. */
export interface Emitter {
  /** The attribute's slot as `toSlot` makes it: undefined when missing or wrongly typed. Read many times: a local variable is best. */
  read(attribute: string): string;
  /** Name of a parameter that holds the constant. No text of a resource ever enters the code. */
  constant(value: unknown): string;
  /** True iff membership in the segment is exactly `member`; an error is neither. */
  segment(name: string, member: boolean): string;
  /** The three-valued closure of the node, called with the scope: for leaves that have no fast form. */
  closure(node: IrNode): string;
}

/** JavaScript that is true iff the node is exactly true. */
export function emitTrue(_node: IrNode, _emitter: Emitter): string {
  throw new Error('being written');
}

/** JavaScript that is true iff the node is exactly false. */
export function emitFalse(_node: IrNode, _emitter: Emitter): string {
  throw new Error('being written');
}
