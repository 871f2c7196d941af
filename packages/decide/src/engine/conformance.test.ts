import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explain } from '../explain/explain.ts';
import type { Outcome } from '../outcome.ts';
import type { Context } from './bound.ts';
import { type Bodies, snapshotOf } from './environment.suite.ts';
import { bind, evaluate, flagReader } from './evaluate.ts';

interface Case {
  readonly says: string;
  readonly flag: string;
  readonly now: number;
  readonly context: Context;
  readonly outcome: Readonly<Record<string, unknown>>;
}

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../../conformance/${file}.json`, import.meta.url), 'utf8')) as {
    readonly groups: readonly { readonly entries: Bodies; readonly cases: readonly Case[] }[];
  };

describe.each(['decision', 'ladder', 'layers'])('our own cases: %s', (file) => {
  for (const { entries, cases } of read(file).groups) {
    test.each(cases)('$says', ({ flag, now, context, outcome }) => {
      const looked = (found: Outcome) =>
        Object.fromEntries(Object.keys(outcome).map((key) => [key, found[key as keyof Outcome] ?? null]));
      for (const codegen of [true, false]) {
        const bound = bind(snapshotOf(entries, { codegen }), context, now);
        const reader = flagReader(flag);
        // Often enough that the flag gets code of its own.
        for (let call = 0; call < 60; call++) expect(looked(evaluate(bound, flag))).toEqual(outcome);
        expect(looked(reader(bound))).toEqual(outcome);
        expect(looked(explain(bound, flag).outcome)).toEqual(outcome);
      }
    });
  }
});
