/**
 * A text of several YAML documents as one piece for each, beginning with its `---`: a mark at the beginning of a line ends a document wherever it
 * stands (YAML 1.2, 9.1.2). Undefined for what is one piece, and where documents have directives or ends of their own, which belong to two.
 */
export function yamlPieces(text: string): readonly string[] | undefined {
  if (/^(?:%|\.\.\.)/m.test(text)) return undefined;
  const starts = [...text.matchAll(/^---(?=[ \t\r\n]|$)/gm)].map(({ index }) => index);
  if (starts.length < 2) return undefined;
  return [0, ...starts].map((start, at) => text.slice(start, starts[at])).filter((piece) => piece !== '');
}
