import type { Resource } from '@ombre/decide/model';
import type { Change, ChangeBody } from './change.ts';
import { digestWrite, sealChange } from './hash-chain.ts';
import type { Write } from './row.ts';
import type { Store } from './store.ts';

/** A flag that is one constant. */
export function sampleFlag(name: string, on = true): Resource {
  return {
    apiVersion: 'ombre.dev/v1',
    kind: 'Flag',
    metadata: { name },
    spec: { type: 'boolean', variants: { on: true, off: false }, default: on ? 'on' : 'off', off: 'off' },
  };
}

export const ENVIRONMENT = 'judge/production';

/** A signer that tests can tell from a real one. */
export const plainSigner = { key: 'plain', sign: (text: string): string => `signed ${text.slice(0, 8)}` };

/** The first change of an environment. */
export function firstChange(environment: string = ENVIRONMENT, lineage = 'lineage-1'): Change {
  return sealChange({ ...bodyOf([]), environment, lineage, action: 'init', from: null }, null, plainSigner);
}

/** A change that follows another and writes rows. Digests of snapshots are made up: a store does not look at them. */
export function nextChange(before: Change, writes: readonly Write[], more: Partial<ChangeBody> = {}): Change {
  const { environment, lineage, revision, to } = before;
  const body = { ...bodyOf(writes), environment, lineage, revision: revision + 1, from: to, ...more };
  return sealChange(body, before.hash, plainSigner);
}

export function putFlag(name: string, revision: number, on = true): Write {
  const resource = sampleFlag(name, on);
  return { kind: 'Resource', name: `Flag/${name}`, row: { resource, origin: 'files', generation: revision } };
}

/** Appends a change of these writes after another. */
export async function appendNext(
  store: Store,
  before: Change,
  writes: readonly Write[],
  more: Partial<ChangeBody> = {},
): Promise<Change> {
  const change = nextChange(before, writes, more);
  const appended = await store.append({ change, writes });
  if (!appended.ok) throw new Error(`the sample was refused: ${appended.code}`);
  return change;
}

function bodyOf(writes: readonly Write[]): ChangeBody {
  return {
    environment: ENVIRONMENT,
    lineage: 'lineage-1',
    revision: 1,
    at: '1763712000000000001',
    author: 'ada',
    why: 'a try',
    action: 'apply',
    origin: 'files',
    from: null,
    to: `digest of ${writes.length}`,
    names: writes.map(({ name }) => name),
    diff: [],
    writes: writes.map(digestWrite),
    facts: {},
  };
}
