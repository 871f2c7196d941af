/** The result of a method that is not expected to refuse. */
export function accepted<Judged extends object>(
  judged: Judged,
): Exclude<Judged, { readonly refused: string }> {
  const { refused, ...why } = judged as { readonly refused?: string };
  if (refused !== undefined) throw new Error(`${refused}: ${JSON.stringify(why)}`);
  return judged as Exclude<Judged, { readonly refused: string }>;
}
