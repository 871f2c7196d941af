/** What points to what, by name. */
export type Edges = ReadonlyMap<string, readonly string[]>;

export interface Walked {
  /** Circles, each once, as the names along it with the first repeated at the end. */
  readonly circles: readonly (readonly string[])[];
  /** Steps of the longest way from a node to one without edges; not for those on circles. */
  readonly depth: ReadonlyMap<string, number>;
}

/** Walks a graph depth-first without recursion, so that no chain is too long. */
export function walkGraph(edges: Edges): Walked {
  const depth = new Map<string, number>();
  const circles: string[][] = [];
  const onWay = new Map<string, number>();
  for (const start of edges.keys()) {
    if (depth.has(start)) continue;
    const way: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    onWay.set(start, 0);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const targets = edges.get(top.name) ?? [];
      const target = targets[top.next++];
      if (target === undefined) {
        depth.set(top.name, Math.max(0, ...targets.map((name) => (depth.get(name) ?? 0) + 1)));
        onWay.delete(top.name);
        way.pop();
      } else if (onWay.has(target)) {
        circles.push([...way.slice(onWay.get(target)).map(({ name }) => name), target]);
      } else if (!depth.has(target)) {
        onWay.set(target, way.length);
        way.push({ name: target, next: 0 });
      }
    }
  }
  return { circles, depth };
}
