const plain = '[^"\\\\\\u0000-\\u001f]*';
const escaped = '\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})';
const string = `"${plain}(?:${escaped}${plain})*"`;
const number = '-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\\w.])';

/** The first place where a text is not JSON (RFC 8259), or undefined if it is. */
export function jsonFault(text: string): { readonly offset: number; readonly problem: string } | undefined {
  const token = new RegExp(
    `[ \\t\\n\\r]*(?:([{}[\\],:])|(${string})|(${number}|(?:true|false|null)(?!\\w)))`,
    'y',
  );
  const closing = /[ \t\n\r]*\}/y;
  const open: ('{' | '[')[] = [];
  let state: 'value' | 'first' | 'key' | 'colon' | 'after' = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) {
      let offset = at;
      while (/[ \t\n\r]/.test(text.charAt(offset))) offset++;
      if (state === 'after' && open.length === 0 && offset >= text.length) return undefined;
      return { offset, problem: offset >= text.length ? 'the JSON ends too early' : problemOf(text, offset) };
    }
    const [whole, mark, quoted, other] = match;
    at += whole.length;
    const start = at - (mark ?? quoted ?? other ?? '').length;
    const inside: '{' | '[' | undefined = open.at(-1);
    if (state === 'after' && open.length === 0)
      return { offset: start, problem: 'text follows the JSON value' };
    if ((state === 'value' || state === 'first') && (mark === '{' || mark === '[')) {
      open.push(mark);
      state = 'first';
      closing.lastIndex = at;
      if (mark === '{') state = closing.test(text) ? 'after' : 'key';
    } else if (state === 'first' && mark === ']') {
      open.pop();
      state = 'after';
    } else if ((state === 'value' || state === 'first') && mark === undefined) state = 'after';
    else if (state === 'key' && quoted !== undefined) state = 'colon';
    else if (state === 'colon' && mark === ':') state = 'value';
    else if (state === 'after' && mark === ',' && inside !== undefined)
      state = inside === '{' ? 'key' : 'value';
    else if (state === 'after' && mark === (inside === '{' ? '}' : ']')) open.pop();
    else return { offset: start, problem: expectation(state, inside) };
  }
}

function expectation(state: string, inside: string | undefined): string {
  if (state === 'key') return 'a key in double quotes is expected (JSON allows no comma before })';
  if (state === 'colon') return 'a : is expected after the key';
  if (state === 'after') return inside === '{' ? 'a , or } is expected' : 'a , or ] is expected';
  return inside === '[' ? 'a value is expected (JSON allows no comma before ])' : 'a value is expected';
}

function problemOf(text: string, offset: number): string {
  const first = text.charAt(offset);
  if (first === '"') return 'the text in quotes does not end, or holds a line end or an unknown escaped';
  if (first === "'") return 'JSON quotes with ", not with \'';
  if (first === '/' || first === '#') return 'JSON has no comments';
  return `${JSON.stringify(first)} begins no JSON value`;
}
