// npm start: install, build, and run Ombre with the question bank of examples/, where two releases play for real.
//   npm start -- --replay       plays them from the start again
//   npm start -- --no-story     only the control plane
// All other words after `--` go to `ombre up`.
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare('start');
const words = process.argv.slice(2);
if (words.includes('--no-story')) {
  const others = words.filter((word) => word !== '--no-story');
  // The data directory stands in the root, where `npx ombre …` looks for a running control plane.
  const up = ['--data-dir', join(root, '.ombre'), 'up', join(root, 'examples', 'question-bank')];
  process.argv.splice(2, process.argv.length, ...up, ...others);
  await import('../packages/cli/dist/main.js');
} else {
  const { playStory } = await import('../examples/question-bank/story/play-story.mjs');
  process.exitCode = await playStory(words);
}
