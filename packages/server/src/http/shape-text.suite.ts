import { z } from 'zod';

/** The widest a shape is written on one line. */
const WIDTH = 100;

interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
}

/** Writes schemas in short, as people read types: `{ flag: string, until?: int }`. Schemas with a name are written as it, but at the top. */
export function shapeText(names: ReadonlyMap<unknown, string>): (schema: z.ZodType, top?: boolean) => string {
  const write = (schema: z.ZodType, indent: string, top = false): string => {
    const name = names.get(schema);
    if (name !== undefined && !top) return name;
    const def = schema._zod.def as unknown as Def;
    const inner = (one: z.ZodType | undefined, deeper = indent): string =>
      one === undefined ? 'any' : write(one, deeper);
    const union = (members: readonly string[]): string => [...new Set(members)].join(' | ');
    switch (def.type) {
      case 'object':
        return object(def, indent);
      case 'array':
        return `[${inner(def.element)}]`;
      case 'tuple':
        return `[${(def.items ?? []).map((one) => inner(one)).join(', ')}]`;
      case 'record':
        return `{ [${inner(def.keyType)}]: ${inner(def.valueType)} }`;
      case 'union':
        return union((def.options ?? []).map((one) => inner(one)));
      case 'intersection':
        return `${inner(def.left)} & ${inner(def.right)}`;
      case 'enum':
        return union(Object.values(def.entries ?? {}).map((one) => JSON.stringify(one)));
      case 'literal':
        return union((def.values ?? []).map((one) => JSON.stringify(one)));
      case 'nullable':
        return `${inner(def.innerType)} | null`;
      case 'pipe':
        return inner(def.in);
      case 'lazy':
        return 'json';
      case 'number':
        return isInteger(schema) ? 'int' : 'number';
      case 'unknown':
        return 'any';
      default:
        return def.innerType === undefined ? def.type : inner(def.innerType);
    }
  };

  function object({ shape = {}, catchall }: Def, indent: string): string {
    const deeper = `${indent}  `;
    const open = catchall !== undefined && catchall._zod.def.type !== 'never';
    const fields = (inside: string): string[] => [
      ...Object.entries(shape).map(([key, field]) => {
        const optional = /optional/i.test(field._zod.def.type) || field._zod.optin === 'optional';
        return `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}${optional ? '?' : ''}: ${write(field, inside)}`;
      }),
      ...(open ? ['…'] : []),
    ];
    const line = `{ ${fields(indent).join(', ')} }`;
    if (line.length + indent.length <= WIDTH && !line.includes('\n')) return line === '{  }' ? '{}' : line;
    return `{\n${fields(deeper)
      .map((field) => `${deeper}${field}`)
      .join(',\n')}\n${indent}}`;
  }

  return (schema, top = false) => write(schema, '', top);
}

function isInteger(schema: z.ZodType): boolean {
  return z.toJSONSchema(schema, { unrepresentable: 'any' }).type === 'integer';
}
