/** The beginning of what a service said, in one printable line. */
export function said(body: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what comes from outside may hold terminal sequences
  const line = body.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}
