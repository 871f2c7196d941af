import type { EntryKind } from '../snapshot/entry.ts';
import type { Line } from '../snapshot/line.ts';
import { isRequirement } from '../snapshot/needs.ts';
import type { Dependents } from './dependents.ts';
import type { FlagCell } from './flag-cell.ts';
import type { Roster } from './roster.ts';
import type { Schema } from './schema.ts';
import type { SegmentCell } from './segment-cell.ts';
import type { Snapshot, Unsupported } from './snapshot.ts';
import type { TableCell } from './table-cell.ts';

/** What this engine does beyond what the first receivers did, by the names entries need it under. */
const SEMANTICS: ReadonlySet<string> = new Set(['layers', 'holdouts']);

/** Kinds whose lines are only kept: others are compiled from them. */
export type KeptKind = Exclude<EntryKind, 'Flag' | 'Segment' | 'Table'>;

/** Everything a snapshot has, by kind. */
export interface Cells {
  readonly Flag: Roster<FlagCell>;
  readonly Segment: Roster<SegmentCell>;
  readonly Table: Roster<TableCell>;
  readonly kept: { readonly [K in KeptKind]: Roster<{ readonly line: Line }> };
}

/** The snapshot as the engine sees it. */
export class CompiledSnapshot implements Snapshot {
  readonly digest: string;
  readonly schema: Schema;
  readonly flagCells: Roster<FlagCell>;
  readonly segments: Roster<SegmentCell>;
  readonly tables: Roster<TableCell>;
  readonly cells: Cells;
  readonly dependents: Dependents;
  readonly requires: readonly string[];
  #flags: readonly string[] | undefined;
  #unsupported: readonly Unsupported[] | undefined;
  #instants: readonly Instant[] | undefined;

  constructor(
    digest: string,
    schema: Schema,
    cells: Cells,
    dependents: Dependents,
    requires: readonly string[],
    /** What is asked for at each swap, and takes its time to make. */
    known: { readonly flags?: readonly string[]; readonly instants?: readonly Instant[] } = {},
  ) {
    this.digest = digest;
    this.schema = schema;
    this.flagCells = cells.Flag;
    this.segments = cells.Segment;
    this.tables = cells.Table;
    this.cells = cells;
    this.dependents = dependents;
    this.requires = requires;
    this.#flags = known.flags;
    this.#unsupported = undefined;
    this.#instants = known.instants;
  }

  get flags(): readonly string[] {
    this.#flags ??= this.flagCells.names().sort();
    return this.#flags;
  }

  get unsupported(): readonly Unsupported[] {
    this.#unsupported ??=
      this.#requirementsLacking().length === 0 ? [] : this.flags.flatMap((flag) => this.#limits(flag));
    return this.#unsupported;
  }

  boundaries(after: number): number | undefined {
    return this.instants.find(({ at }) => at > after)?.at;
  }

  changedBetween(after: number, until: number): readonly string[] {
    const due = this.instants.filter(({ at }) => at > after && at <= until);
    return this.affectedFlags(due.map(({ key }) => key));
  }

  lineOf(key: string): Line | undefined {
    const slash = key.indexOf('/');
    const kind = key.slice(0, slash) as EntryKind;
    const name = key.slice(slash + 1);
    if (kind === 'Flag' || kind === 'Segment' || kind === 'Table') return this.cells[kind].get(name)?.line;
    return this.cells.kept[kind]?.get(name)?.line;
  }

  /** The release that substitutes in a flag: of several the one that has been placed, then the first by name. */
  releaseOf(flag: string): Line | undefined {
    const lines = this.dependents
      .of(`Flag/${flag}`, (key) => this.lineOf(key))
      .flatMap((key) => (key.startsWith('Release/') ? (this.lineOf(key) ?? []) : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return lines.find(({ name }) => this.lineOf(`Placement/${name}`) !== undefined) ?? lines[0];
  }

  /** The first thing a flag needs of code that this process lacks, enrichers apart: without those an attribute is only missing. */
  lackingFor(line: Line): string | undefined {
    return this.#requirementsLacking().length === 0
      ? undefined
      : this.#lacking(line).find((need) => !need.startsWith('Enricher/'));
  }

  /** The flags whose answers follow from some entries, whether these are here or not. Sorted. */
  affectedFlags(keys: Iterable<string>): readonly string[] {
    const flags = new Set<string>();
    const seen = new Set(keys);
    for (const key of seen) {
      const slash = key.indexOf('/');
      const name = key.slice(slash + 1);
      switch (key.slice(0, slash)) {
        case 'Flag':
          flags.add(name);
          break;
        case 'Override':
          seen.add(`Flag/${name}`);
          break;
        case 'Placement':
          seen.add(`Release/${name}`);
          break;
        case 'Release':
          for (const need of this.lineOf(key)?.needs ?? []) if (need.startsWith('Flag/')) seen.add(need);
      }
      const isFlag = key.startsWith('Flag/');
      for (const dependent of this.dependents.of(key, (other) => this.lineOf(other))) {
        // A release stands on its flag, but what it does is already part of the flag.
        if (!isFlag || dependent.startsWith('Flag/')) seen.add(dependent);
      }
    }
    return [...flags].sort();
  }

  #requirementsLacking(): readonly string[] {
    return this.requires.filter((requirement) => !this.#provides(requirement));
  }

  #provides(requirement: string): boolean {
    const name = requirement.slice(requirement.indexOf('/') + 1);
    const { enrichers, functions } = this.schema.equipment;
    if (requirement.startsWith('Enricher/')) return enrichers.has(name);
    if (requirement.startsWith('Semantics/')) return SEMANTICS.has(name);
    return requirement.startsWith('Function/') && functions.some((one) => one.name === name);
  }

  #limits(flag: string): Unsupported[] {
    const line = this.lineOf(`Flag/${flag}`);
    const lacking = line === undefined ? [] : this.#lacking(line);
    const code = lacking.find((need) => !need.startsWith('Enricher/'));
    if (code !== undefined)
      return [{ flag, code: 'FLAG_UNSUPPORTED', detail: `needs ${code}, which is not here` }];
    return lacking.map((need) => ({
      flag,
      code: 'ATTRIBUTE_UNAVAILABLE',
      detail: `reads attributes of ${need}, which is not here: they count as missing`,
    }));
  }

  /** What a flag needs of code and this process lacks: its own needs and those of its segments, tables, release and holdouts. */
  #lacking(line: Line): readonly string[] {
    const release = this.releaseOf(line.name);
    const lines = [line, release, release && this.lineOf(`Placement/${release.name}`)];
    const waiting = lines.flatMap((one) => one?.needs ?? []);
    const seen = new Set<string>();
    const lacking = new Set<string>();
    for (let need = waiting.pop(); need !== undefined; need = waiting.pop()) {
      if (seen.has(need)) continue;
      seen.add(need);
      if (isRequirement(need)) {
        if (!this.#provides(need)) lacking.add(need);
      } else if (/^(Segment|Table|Holdout)\//.test(need)) waiting.push(...(this.lineOf(need)?.needs ?? []));
    }
    return [...lacking].sort();
  }

  /** When time alone may change an answer, by time. */
  get instants(): readonly Instant[] {
    this.#instants ??= sortedInstants(
      [this.cells.Flag, this.cells.kept.Override, this.cells.kept.Holdout].flatMap(({ items }) =>
        items.flatMap((item) => (item === undefined ? [] : instantsOf(item.line))),
      ),
    );
    return this.#instants;
  }
}

export interface Instant {
  readonly at: number;
  readonly key: string;
}

const NONE: readonly Instant[] = [];

/** The instants a line stands on; most need nothing. */
export function instantsOf({ key, kind, needs }: Line): readonly Instant[] {
  if (needs.length === 0 || (kind !== 'Flag' && kind !== 'Override' && kind !== 'Holdout')) return NONE;
  return needs.flatMap((need) => (need.startsWith('At/') ? [{ at: Number(need.slice(3)), key }] : []));
}

export function sortedInstants(instants: readonly Instant[]): readonly Instant[] {
  return instants.toSorted((a, b) => a.at - b.at);
}
