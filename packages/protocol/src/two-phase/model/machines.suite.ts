import { readFileSync } from 'node:fs';
import { transformWithOxc } from 'vite';
import * as change from '../change.ts';
import * as coordinator from '../coordinator.ts';
import * as receiver from '../receiver.ts';

/** Both halves, as they are or with one thing wrong. */
export type Machines = Pick<typeof coordinator, 'coordinate' | 'recover'> &
  Pick<typeof receiver, 'beginReceiving' | 'isLive' | 'receive' | 'stagedBy'> &
  Pick<typeof change, 'quorumOf'>;

export const machines: Machines = { ...change, ...coordinator, ...receiver };

/** The halves with some text of their sources replaced; throws where the text is not there, so that no mutant is mistaken for the original. */
export async function mutated(find: string, replace: string): Promise<Machines> {
  const original = ['change', 'coordinator', 'receiver'].map((name) =>
    readFileSync(new URL(`../${name}.ts`, import.meta.url), 'utf8').replace(/^import [^;]*;\n/gm, ''),
  );
  const sources = original.map((text) => text.replace(find, () => replace));
  if (sources.join('') === original.join('')) throw new Error(`not in the sources: ${find}`);
  const [first = '', second = '', third = ''] = sources;
  const [coordinating, receiving] = await Promise.all([load(first + second), load(third)]);
  // What counts as a quorum and as live stays what it should be: it judges the mutant.
  return { ...machines, ...coordinating, ...receiving, quorumOf: change.quorumOf, isLive: receiver.isLive };
}

async function load(source: string): Promise<Partial<Machines>> {
  const { code } = await transformWithOxc(source, 'mutant.ts', { sourcemap: false });
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
}
