// npm start: install, build, and run Ombre with the question bank of examples/. Words after `--` go to `ombre up`.
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare('start');
// The data directory stands in the root, where `npx ombre …` looks for a running control plane.
process.argv.splice(2, 0, '--data-dir', join(root, '.ombre'), 'up', join(root, 'examples', 'question-bank'));
await import('../packages/cli/dist/main.js');
