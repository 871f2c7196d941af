import type { z } from 'zod';
import { isOptional, shapeOf } from './schema-walk.ts';
import { meantKey } from './synonyms.ts';

/** Which of a union's mappings somebody meant to write. */
export type Choice =
  | { readonly kind: 'form'; readonly form: z.ZodObject }
  /** Keys of two forms stand together. */
  | { readonly kind: 'conflict'; readonly key: string; readonly others: readonly string[] }
  /** No key belongs to any form. */
  | { readonly kind: 'none' };

interface Fit {
  readonly form: z.ZodObject;
  readonly unknown: readonly string[];
  readonly cost: number;
  readonly met: number;
}

/** Judges forms by the keys present: what is unknown or missing counts against a form, a misspelt key that it misses hardly. */
export function chooseForm(forms: readonly z.ZodObject[], keys: readonly string[]): Choice {
  const [first, ...rest] = forms
    .map((form) => fitOf(form, keys))
    .sort((a, b) => a.cost - b.cost || a.unknown.length - b.unknown.length);
  if (first === undefined || first.met === 0) return { kind: 'none' };
  const foreign = first.unknown.find((key) => rest.some(({ form }) => Object.hasOwn(form.shape, key)));
  if (foreign !== undefined) {
    const others = keys.filter(
      (key) => key !== foreign && Object.hasOwn(first.form.shape, key) && !everywhere(forms, key),
    );
    if (others.length > 0) return { kind: 'conflict', key: foreign, others };
  }
  return { kind: 'form', form: first.form };
}

function fitOf(form: z.ZodObject, keys: readonly string[]): Fit {
  const shape = shapeOf(form);
  const unknown = keys.filter((key) => !Object.hasOwn(shape, key));
  const free = Object.keys(shape).filter((key) => !keys.includes(key));
  const missing = free.filter((key) => !isOptional(shape[key] as z.ZodType));
  const meant = unknown.map((key) => meantKey(key, free)).filter((key) => key !== undefined);
  const misspelt = meant.length;
  const found = meant.filter((key) => missing.includes(key)).length;
  return {
    form,
    unknown,
    cost: 2 * unknown.length + 2 * missing.length - misspelt - 2 * found,
    met: keys.length - unknown.length + misspelt,
  };
}

function everywhere(forms: readonly z.ZodObject[], key: string): boolean {
  return forms.every((form) => Object.hasOwn(form.shape, key));
}
