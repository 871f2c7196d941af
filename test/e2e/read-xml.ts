export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of itself, not of its children. */
  readonly text: string;
}

const NAME = '[A-Za-z_][\\w.-]*';
const ATTRIBUTE = `\\s+(${NAME})="((?:[^<&"]|&(?:amp|lt|gt|quot|apos|#\\d+);)*)"`;
const TOKEN = new RegExp(
  `<\\?xml [^?]*\\?>|<(${NAME})((?:${ATTRIBUTE.replaceAll(/\((?!\?)/g, '(?:')})*)\\s*(/?)>|</(${NAME})\\s*>|((?:[^<&]|&(?:amp|lt|gt|quot|apos|#\\d+);)+)`,
  'gy',
);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads well-formed XML of elements, attributes and text; throws with the place of what is not. Written for what a test reads. */
export function readXml(xml: string): XmlElement {
  type Open = { name: string; attributes: Record<string, string>; children: Open[]; text: string };
  const whole: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [whole];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < xml.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(xml);
    if (token === null) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [, begins, attributes = '', empty, ends, text] = token;
    const parent = open.at(-1) as Open;
    if (begins !== undefined) {
      const pairs = [...attributes.matchAll(new RegExp(ATTRIBUTE, 'g'))].map(
        ([, name = '', value = '']) => [name, plain(value)] as const,
      );
      const element = { name: begins, attributes: Object.fromEntries(pairs), children: [], text: '' };
      if (pairs.length !== Object.keys(element.attributes).length)
        throw new Error(`${begins}: twice the same`);
      parent.children.push(element);
      if (empty === '') open.push(element);
    } else if (ends !== undefined) {
      if (open.pop()?.name !== ends) throw new Error(`</${ends}> ends nothing at ${at}`);
    } else if (text !== undefined) parent.text += plain(text);
  }
  const [document] = whole.children;
  if (open.length !== 1 || whole.children.length !== 1 || document === undefined || whole.text.trim() !== '')
    throw new Error('not one element that ends');
  return document;
}

function plain(text: string): string {
  return text.replaceAll(/&(#?\w+);/g, (_, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (ENTITIES[name] ?? ''),
  );
}
