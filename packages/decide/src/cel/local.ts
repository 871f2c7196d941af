/** A local variable; shadows the outer ones and attributes of its name. */
export interface Local {
  readonly name: string;
  readonly slot: number;
  readonly outer: Local | undefined;
}

/** One more variable inside `outer`, in the next slot. */
export function declare(name: string, outer: Local | undefined): Local {
  return { name, slot: outer === undefined ? 0 : outer.slot + 1, outer };
}

/** The innermost variable of the name. */
export function findLocal(name: string | undefined, locals: Local | undefined): Local | undefined {
  for (let local = locals; local; local = local.outer) if (local.name === name) return local;
  return undefined;
}
