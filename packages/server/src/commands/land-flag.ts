import type { FlagSpec, Rule, Serve, TableSpec } from '@ombre/decide/model';
import type { EnvironmentState } from '../store/row.ts';

/** A flag with `to` in `from`'s place, or the sentence that says why nobody but its author can write it. */
export type Landed =
  | { readonly ok: true; readonly spec: FlagSpec }
  | { readonly ok: false; readonly message: string };

/** Tables that a flag may ask. */
export type Tables = (name: string) => TableSpec | undefined;

export function tablesOf({ resources }: Pick<EnvironmentState, 'resources'>): Tables {
  return (name) => {
    const table = resources.get(`Table/${name}`)?.resource;
    return table?.kind === 'Table' ? table.spec : undefined;
  };
}

/** Whom a level was taken back from alone: they keep `from`. */
export interface Staying {
  readonly level: string;
  readonly when: string;
}

/**
 * Writes `to` wherever a completed release puts it: in the default and in rules without an action. `off` stays, since releases do not
 * touch it. Who keeps `from` gets a rule before the default. Where a split serves `from` beside a third variant, or a table serves it, no
 * edit keeps everybody where they are or the table may be another flag's too: then the author decides, and so where a rule serves `from`
 * and some who meet it keep it.
 */
export function landFlag(
  spec: FlagSpec,
  from: string,
  to: string,
  tables: Tables,
  staying: readonly Staying[] = [],
): Landed {
  const rules: Rule[] = [];
  for (const rule of spec.rules ?? []) {
    if (rule.action !== undefined || !serves(rule.serve, from, tables)) {
      rules.push(rule);
      continue;
    }
    if (staying.length > 0) {
      const who = staying.map(({ level }) => level).join(', ');
      return {
        ok: false,
        message: `rule ${rule.id} has to be edited by hand: it serves ${from}, which those of ${who} keep and others do not`,
      };
    }
    const served = landServe(rule.serve, from, to);
    if (served === undefined) {
      const how = 'table' in rule.serve ? `its table ${rule.serve.table} serves` : 'its split serves';
      return {
        ok: false,
        message: `rule ${rule.id} has to be edited by hand: ${how} ${from}, and units would move if it were only renamed`,
      };
    }
    rules.push({ ...rule, serve: served });
  }
  const keeps = staying.map(
    ({ level, when }): Rule => ({ id: freeId(level, rules), when, serve: { variant: from } }),
  );
  const landed = spec.default === from ? { ...spec, default: to } : spec;
  const all = spec.default === from ? [...rules, ...keeps] : rules;
  return {
    ok: true,
    spec: all.length === 0 && spec.rules === undefined ? landed : { ...landed, rules: all },
  };
}

/** An id for a rule beside these, the wanted one if it is free. */
function freeId(wanted: string, rules: readonly Rule[]): string {
  const taken = (id: string): boolean => rules.some((rule) => rule.id === id);
  for (let id = wanted, next = 2; ; id = `${wanted}-${next++}`) if (!taken(id)) return id;
}

/**
 * Whether a release from this variant would still put another in its place somewhere in the flag, but for rules with a condition that one
 * of `staying` has: whom they hold for it leaves alone.
 */
export function servesVariant(
  spec: FlagSpec,
  variant: string,
  tables: Tables,
  staying: readonly Pick<Staying, 'when'>[] = [],
): boolean {
  const stays = new Set(staying.map(({ when }) => when));
  const rules = (spec.rules ?? []).filter(
    ({ action, when }) => action === undefined && !stays.has(when ?? ''),
  );
  return spec.default === variant || rules.some(({ serve }) => serves(serve, variant, tables));
}

function serves(serve: Serve, variant: string, tables: Tables): boolean {
  if ('split' in serve) return (serve.split[variant] ?? 0) > 0;
  if ('table' in serve) {
    const rows = tables(serve.table)?.rows ?? [];
    return rows.some((row) => serves(row.serve, variant, tables));
  }
  return serve.variant === variant;
}

/** Undefined where units would move. */
function landServe(serve: Serve, from: string, to: string): Serve | undefined {
  if ('table' in serve) return undefined;
  if (!('split' in serve)) return { ...serve, variant: to };
  const others = Object.entries(serve.split).filter(([name, weight]) => weight > 0 && name !== from);
  // Between the two of the release a split has nothing left to split.
  return others.every(([name]) => name === to) ? { variant: to } : undefined;
}
