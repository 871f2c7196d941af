import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** Folders and other things that go when the test ends, the last first. */
export function cleanUp(): { folder(): string; later(end: () => unknown): void } {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return {
    folder() {
      const made = mkdtempSync(join(tmpdir(), 'ombre-sdk-'));
      ends.push(() => rmSync(made, { recursive: true, force: true }));
      return made;
    },
    later: (end) => void ends.push(end),
  };
}

/** Flags of each type and of each way to be decided, as a folder of resources. */
export const FLAGS = `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: shop }
spec:
  attributes:
    user.tier: { type: string, given: true }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: price-engine }
spec:
  type: string
  variants: { v1: old, v2: new }
  default: v1
  off: v1
  rules:
    - { id: vip, when: 'user.tier == "L5"', serve: { variant: v2 } }
    - { id: tenth, serve: { share: 0.1, variant: v2 } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: banner }
spec: { type: boolean, variants: { on: true, off: false }, default: on, off: off }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: limit }
spec: { type: number, variants: { low: 10, high: 20 }, default: low, off: low }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: layout }
spec: { type: object, variants: { wide: { columns: 3 } }, default: wide, off: wide }
`;

export function writeFlags(folder: string, text: string = FLAGS): void {
  writeFileSync(join(folder, 'flags.yaml'), text);
}
