import { decodeEntries, encodeSnapshot } from '@ombre/decide';
import type { Resource } from '@ombre/decide/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../store/sha256.ts';
import { asked, ENVIRONMENT, flag, openTestControl, resource, type TestControl } from './control.suite.ts';

/** What an environment should be, kept the simplest way: whole copies. */
interface Model {
  revision: number;
  resources: Map<string, { readonly origin: string; readonly text: string }>;
  overrides: Map<string, string>;
  /** Resources as each revision left them. */
  readonly past: Map<number, Model['resources']>;
}

interface Step {
  readonly name: string;
  run(control: TestControl, model: Model): Promise<void>;
}

const keyOf = (one: Resource): string => `${one.kind}/${one.metadata.name}`;
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const ids = fc.uniqueArray(fc.stringMatching(/^u\d{1,3}$/), { maxLength: 8 });
const anyFlag = fc
  .record({ name: names, to: fc.constantFrom('v1', 'v2') })
  .map(({ name, to }) => flag(name, { default: to }));
const anySegment = fc
  .record({ name: names, ids })
  .map((one) => resource('Segment', one.name, { ids: one.ids }));
const anySet = fc.uniqueArray(fc.oneof(anyFlag, anySegment), { selector: keyOf, maxLength: 7 });

/** What the model expects when it goes on with other resources: a revision only where something differs. */
function become(model: Model, next: Model['resources']): boolean {
  const text = (of: Model['resources']) => JSON.stringify([...of].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (text(next) === text(model.resources)) return false;
  model.resources = next;
  model.revision += 1;
  model.past.set(model.revision, next);
  return true;
}

function same(model: Model): void {
  model.revision += 1;
  model.past.set(model.revision, model.resources);
}

const apply = fc
  .record({ origin: fc.constantFrom('files' as const, 'api' as const), set: anySet, dryRun: fc.boolean() })
  .map(
    ({ origin, set, dryRun }): Step => ({
      name: `${dryRun ? 'dry ' : ''}apply ${origin} ${set.map(keyOf).join(' ')}`,
      run: async (control, model) => {
        const foreign = set
          .map(keyOf)
          .filter((key) => (model.resources.get(key)?.origin ?? origin) !== origin);
        const result = await control.commands.apply({ ...asked, origin, resources: set, dryRun });
        if (foreign.length > 0) {
          expect(result).toMatchObject({ ok: false, code: 'OWNED', keys: foreign.toSorted() });
          return;
        }
        const next = new Map([...model.resources].filter(([, row]) => row.origin !== origin));
        for (const one of set) next.set(keyOf(one), { origin, text: JSON.stringify(one) });
        const before = { ...model };
        const changed = become(model, next);
        if (dryRun) Object.assign(model, before, { past: model.past });
        if (dryRun && changed) model.past.delete(model.revision + 1);
        expect(result).toMatchObject({ ok: true, changed, revision: model.revision });
      },
    }),
  );

const put = fc.record({ one: fc.oneof(anyFlag, anySegment), remove: fc.boolean() }).map(
  ({ one, remove }): Step => ({
    name: `${remove ? 'delete' : 'put'} ${keyOf(one)}`,
    run: async (control, model) => {
      const key = keyOf(one);
      const was = model.resources.get(key);
      const result = await control.api(remove ? [] : [one], remove ? [key] : []);
      if (remove && was === undefined) {
        expect(result).toMatchObject({ code: 'INVALID' });
      } else if (was?.origin === 'files') {
        expect(result).toMatchObject({ code: 'OWNED' });
      } else {
        const next = new Map(model.resources);
        if (remove) next.delete(key);
        else next.set(key, { origin: 'api', text: JSON.stringify(one) });
        const changed = become(model, next);
        expect(result).toMatchObject({ ok: true, changed, revision: model.revision });
      }
    },
  }),
);

const restore = fc.nat({ max: 40 }).map(
  (number): Step => ({
    name: `restore ${number}`,
    run: async (control, model) => {
      const result = await control.commands.restore({ ...asked, to: number });
      const then = model.past.get(number);
      if (then === undefined) {
        expect(result).toMatchObject({ code: 'NOT_FOUND' });
      } else {
        const changed = become(model, then);
        expect(result).toMatchObject({ ok: true, changed, revision: model.revision });
      }
    },
  }),
);

const override = fc
  .record({
    flag: names,
    unit: fc.option(fc.constantFrom('u1', 'u2', '__proto__')),
    lift: fc.boolean(),
  })
  .map(
    ({ flag: name, unit, lift }): Step => ({
      name: `${lift ? 'lift' : 'lay'} ${name} ${unit}`,
      run: async (control, model) => {
        const id = `${name} ${unit}`;
        const result = await control.commands.override({
          ...asked,
          flag: name,
          ...(unit === null ? { kill: lift ? null : {} } : { target: { unit, variant: lift ? null : 'v2' } }),
        });
        if (!lift && !model.resources.has(`Flag/${name}`)) {
          expect(result).toMatchObject({ code: 'NOT_FOUND' });
          return;
        }
        const changed = model.overrides.has(id) === lift;
        if (lift) model.overrides.delete(id);
        else model.overrides.set(id, name);
        if (changed) same(model);
        expect(result).toMatchObject({ ok: true, changed, revision: model.revision });
      },
    }),
  );

test('any sequence of applies, restores and overrides comes to what a simple model says', async () => {
  const steps = fc.array(fc.oneof(apply, put, restore, override), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const control = await openTestControl();
      const none: Model['resources'] = new Map();
      const model: Model = { revision: 1, resources: none, overrides: new Map(), past: new Map([[1, none]]) };
      for (const step of sequence) await step.run(control, model);

      const rows = control.views.resources(ENVIRONMENT) ?? [];
      expect(new Map(rows.map((row) => [keyOf(row.resource), row.origin]))).toEqual(
        new Map([...model.resources].map(([key, { origin }]) => [key, origin])),
      );
      for (const row of rows) {
        expect(row.resource).toEqual(JSON.parse(model.resources.get(keyOf(row.resource))?.text ?? ''));
      }
      const laid = (control.views.overrides(ENVIRONMENT) ?? []).map(
        (row) => `${row.flag} ${row.unit ?? null}`,
      );
      expect(laid.toSorted()).toEqual([...model.overrides.keys()].toSorted());

      // The bytes kept up change by change are those of encoding everything anew.
      const encoded = control.views.encoded(ENVIRONMENT)!;
      expect(encodeSnapshot(decodeEntries(encoded), sha256)).toEqual(encoded);
      expect(control.views.head(ENVIRONMENT)?.head).toMatchObject({
        revision: model.revision,
        digest: encoded.digest,
      });
      expect(await control.views.verifyHistory(ENVIRONMENT)).toMatchObject({
        changes: model.revision,
        faults: [],
      });

      // And another process that reads the store comes to the same.
      const other = await openTestControl(control.store);
      expect(other.views.encoded(ENVIRONMENT)).toEqual(encoded);
    }),
    { numRuns: 60 },
  );
});
