import { type CelEnvironment, targetingKey } from '../cel/environment.ts';
import type { CelFunction } from '../cel/function.ts';
import { type CelType, parseType } from '../cel/type.ts';
import type { VocabularySpec } from '../model/vocabulary.ts';
import { type Attribute, readOwn } from './attribute.ts';
import type { CodeVocabulary, Enricher } from './code-vocabulary.ts';
import { Condition } from './condition.ts';
import { Foundry } from './foundry.ts';
import type { Numbering } from './roster.ts';
import { FIELDS, UNREAD } from './slots.ts';
import { TwoGenerationMap } from './two-generation-map.ts';

/** Conditions kept beside those in use. */
const CONDITIONS = 50_000;

/** The numbers of what compiled code refers to; they outlive a vocabulary. */
export interface Numberings {
  readonly flags: Numbering;
  readonly segments: Numbering;
  readonly tables: Numbering;
}

/** What a process brings to every snapshot it compiles. */
export interface Equipment {
  readonly functions: readonly CelFunction[];
  readonly enrichers: ReadonlyMap<string, Enricher>;
  readonly data: unknown;
  readonly foundry: Foundry | undefined;
}

export function equip(
  vocabularies: readonly CodeVocabulary[],
  data: unknown,
  codegen: boolean | undefined,
): Equipment {
  const enrichers = vocabularies.flatMap((vocabulary) => vocabulary.enrichers ?? []);
  return {
    functions: vocabularies.flatMap((vocabulary) => vocabulary.functions ?? []),
    enrichers: new Map(enrichers.map((enricher) => [enricher.name, enricher])),
    data,
    foundry: codegen === false ? undefined : Foundry.ifAllowed(),
  };
}

/**
 * The declared vocabulary joined with what code brings: a slot for each attribute, and conditions interned by their text. Lives as long as
 * the vocabulary does not change.
 */
export class Schema {
  readonly equipment: Equipment;
  readonly numberings: Numberings;
  readonly attributes: readonly Attribute[];
  readonly environment: CelEnvironment;
  /** What a bound context's slots beyond its fields begin with. */
  readonly blank: readonly unknown[];
  readonly #slots: ReadonlyMap<string, number>;
  readonly #conditions = new TwoGenerationMap<string, Condition>(CONDITIONS);

  constructor(vocabularies: readonly VocabularySpec[], equipment: Equipment, numberings: Numberings) {
    this.equipment = equipment;
    this.numberings = numberings;
    const types = new Map<string, CelType>();
    const derivedBy = new Map<string, string>();
    for (const vocabulary of vocabularies) {
      for (const [name, attribute] of Object.entries(vocabulary.attributes)) {
        types.set(name, parseType(attribute.type) ?? { kind: 'dyn' });
        if (attribute.derivedBy !== undefined) derivedBy.set(name, attribute.derivedBy);
      }
    }
    types.set(targetingKey, { kind: 'string' });
    derivedBy.delete(targetingKey);
    this.environment = { attributes: types, functions: equipment.functions };
    this.attributes = [...types.keys()].sort().map((name) => {
      const enricher = derivedBy.get(name);
      return {
        name,
        type: types.get(name) ?? { kind: 'dyn' },
        read: equipment.foundry?.reader(name) ?? ((context: unknown) => readOwn(context, name)),
        derivedBy: enricher,
        enricher: enricher === undefined ? undefined : equipment.enrichers.get(enricher),
      };
    });
    this.#slots = new Map(this.attributes.map(({ name }, slot) => [name, slot]));
    this.blank = this.attributes.slice(FIELDS).map(() => UNREAD);
  }

  /** The slot of an attribute; undefined where no vocabulary declares it. */
  slotOf(attribute: string): number | undefined {
    return this.#slots.get(attribute);
  }

  condition(source: string): Condition {
    let condition = this.#conditions.get(source);
    if (condition === undefined) {
      condition = new Condition(source, this);
      this.#conditions.set(source, condition);
    }
    return condition;
  }
}
