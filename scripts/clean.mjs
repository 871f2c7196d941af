// npm run clean: removes what was built, so that outputs of deleted sources do not stay.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

for (const room of readdirSync(join(root, 'packages'))) {
  rmSync(join(root, 'packages', room, 'dist'), { recursive: true, force: true });
}
rmSync(join(root, 'bench', 'dist'), { recursive: true, force: true });
rmSync(join(root, '.cache'), { recursive: true, force: true });
