/**
 * True when an `If-None-Match` header (RFC 9110, 13.1.2) names this opaque tag. The comparison is weak; tags may be quoted, `W/`
 * or bare, as some OFREP clients send them, alone or in a list. `*` matches nothing here: an evaluation is no stored resource.
 */
export function matchesEntityTag(header: string | undefined, opaque: string): boolean {
  if (header === undefined || header.length > 8192) return false;
  return header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '');
    return (tag.startsWith('"') && tag.endsWith('"') ? tag.slice(1, -1) : tag) === opaque;
  });
}
