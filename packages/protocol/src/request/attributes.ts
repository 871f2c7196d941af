/** The parts of an HTTP request that its attributes are read from. Header names are in lower case. */
export interface RequestParts {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the client, see `clientOf`. */
  readonly address: string;
}

/** What conditions may ask of a request. */
export interface RequestAttributes {
  readonly 'request.method': string;
  /** Without the query; escapes of unreserved characters and dot segments resolved, so that a path has one spelling. */
  readonly 'request.path': string;
  readonly 'request.query': Readonly<Record<string, string>>;
  readonly 'request.host': string;
  readonly 'request.header': Readonly<Record<string, string>>;
  readonly 'request.cookie': Readonly<Record<string, string>>;
  /** Bytes of the body as announced; 0 without one, -1 where it is sent in chunks of unknown sum. */
  readonly 'request.size': number;
  readonly 'request.address': string;
}

export type RequestAttribute = keyof RequestAttributes;

/** The CEL types of the request attributes, for a vocabulary. */
export const REQUEST_TYPES: Readonly<Record<RequestAttribute, string>> = {
  'request.method': 'string',
  'request.path': 'string',
  'request.query': 'map(string, string)',
  'request.host': 'string',
  'request.header': 'map(string, string)',
  'request.cookie': 'map(string, string)',
  'request.size': 'int',
  'request.address': 'string',
};

export function isRequestAttribute(name: string): name is RequestAttribute {
  return Object.hasOwn(REQUEST_TYPES, name);
}

/** One attribute of a request. They are worked out one at a time, since few flags ask for more than one or two. */
export function requestAttribute<A extends RequestAttribute>(
  name: A,
  parts: RequestParts,
): RequestAttributes[A] {
  return readers[name](parts);
}

const readers: { readonly [A in RequestAttribute]: (parts: RequestParts) => RequestAttributes[A] } = {
  'request.method': ({ method }) => method,
  'request.path': ({ target }) => normalPath(target),
  'request.query': ({ target }) => {
    const at = target.indexOf('?');
    return at < 0 ? {} : firstOfEach(target.slice(at + 1).split('&'), decode);
  },
  'request.host': ({ headers }) => (textOf(headers.host) ?? '').toLowerCase(),
  'request.header': ({ headers }) => textsOf(headers),
  'request.cookie': ({ headers }) => cookiesOf(textOf(headers.cookie)),
  'request.size': ({ headers }) =>
    headers['transfer-encoding'] === undefined ? Number(textOf(headers['content-length']) ?? 0) : -1,
  'request.address': ({ address }) => address,
};

/** Cookies by name, as sent; of several of one name the first (RFC 6265, 5.4: the more specific path). */
export function cookiesOf(header: string | undefined): Readonly<Record<string, string>> {
  if (header === undefined) return {};
  return firstOfEach(
    header.split(';').map((pair) => pair.trim()),
    (text) => text,
  );
}

/** One cookie as `cookiesOf` reads it, without reading the others. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (let at = 0; at < header.length; ) {
    const semicolon = header.indexOf(';', at);
    const end = semicolon < 0 ? header.length : semicolon;
    const pair = header.slice(at, end).trim();
    const equals = pair.indexOf('=');
    if ((equals < 0 ? pair : pair.slice(0, equals)) === name) return equals < 0 ? '' : pair.slice(equals + 1);
    at = end + 1;
  }
  return undefined;
}

/** A path in one spelling (RFC 3986, 6.2.2): `/a/../%62` is `/b`. */
export function normalPath(target: string): string {
  const path = target.split('?', 1)[0] ?? '';
  if (!path.includes('%') && !path.includes('/.')) return path;
  const segments: string[] = [];
  const parts = path
    .replaceAll(/%[0-9a-f]{2}/gi, plain)
    .split('/')
    .slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === '..') segments.pop();
    else if (part !== '.') segments.push(part);
    if (index === parts.length - 1 && (part === '.' || part === '..')) segments.push('');
  }
  return `/${segments.join('/')}`;
}

/** The character of an escape where it need not be escaped; else the escape in upper case. */
function plain(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}

function firstOfEach(
  pairs: readonly string[],
  read: (text: string) => string,
): Readonly<Record<string, string>> {
  // Without a prototype, so that names of Object's own are names.
  const found: Record<string, string> = Object.create(null);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = read(at < 0 ? pair : pair.slice(0, at));
    if (name !== '' && found[name] === undefined) found[name] = at < 0 ? '' : read(pair.slice(at + 1));
  }
  return found;
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Headers as texts: mostly they are, and nothing is copied. */
function textsOf(headers: RequestParts['headers']): Readonly<Record<string, string>> {
  const names = Object.keys(headers);
  if (names.every((name) => typeof headers[name] === 'string')) return headers as Record<string, string>;
  const texts: Record<string, string> = Object.create(null);
  for (const name of names) {
    const text = textOf(headers[name]);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}
