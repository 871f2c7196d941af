// npm start: install, build, and run Ombre with the question bank of examples/. Words after `--` go to `ombre up`.
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare('start');
process.argv.splice(2, 0, 'up', join(root, 'examples', 'question-bank'));
await import('../packages/cli/dist/main.js');
