/** Where a receiver stands: a lineage and a dense revision in it. The id of a sync event. */
export interface Position {
  readonly lineage: string;
  readonly revision: number;
}

export function formatPosition(position: Position): string {
  return `${position.lineage}:${position.revision}`;
}

/** Undefined where the text is no position, such as another server's `Last-Event-ID`. */
export function parsePosition(text: string): Position | undefined {
  const match = /^([A-Za-z0-9._-]{1,100}):(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  return { lineage: match[1] as string, revision: Number(match[2]) };
}
