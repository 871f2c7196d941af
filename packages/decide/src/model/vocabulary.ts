import { z } from 'zod';
import { attributeName } from './scalars.ts';

/** One attribute a condition may read. */
export interface Attribute {
  /** A CEL type: `string`, `int`, `double`, `bool`, `timestamp`, `duration`, `list(string)`, `map(string, dyn)`, `dyn` … */
  readonly type: string;
  /** The caller gives it (the default). */
  readonly given?: boolean;
  /** The enricher that computes it; a caller's own value is discarded. */
  readonly derivedBy?: string;
  readonly doc?: string;
  /** The only values it takes, where they are known: a comparison with another literal is refused. */
  readonly values?: readonly string[];
}

/** What conditions may speak of. Several vocabularies of one environment add up; an attribute is declared once. */
export interface VocabularySpec {
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const attribute: z.ZodType<Attribute> = z.strictObject({
  type: z.string().min(1).max(200),
  given: z.boolean().exactOptional(),
  derivedBy: z.string().min(1).max(100).exactOptional(),
  doc: z.string().max(1000).exactOptional(),
  values: z.array(z.string()).min(1).max(1000).exactOptional(),
});

export const vocabularySpec: z.ZodType<VocabularySpec> = z.strictObject({
  attributes: z.record(attributeName, attribute),
});
