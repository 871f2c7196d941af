import type { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { addList } from './list.ts';
import { addOrders } from './operate.ts';
import { addPlan } from './plan.ts';
import { addShow } from './show.ts';
import { addWatch } from './watch.ts';

/** `ombre release …`: plan a release, follow it, and tell it what to do. */
export function addRelease(program: Command, shell: Shell): void {
  const release = program
    .command('release')
    .description('plan a release, watch it climb, and tell it what to do')
    .addHelpText(
      'after',
      '\nA release climbs by itself from the moment it is applied; see docs/release.md.\n\nExamples:\n  $ ombre release list\n  $ ombre release watch submit-v2\n  $ ombre release abort submit-v2 --why "complaints from CN"',
    );
  addList(release, shell);
  addShow(release, shell);
  addWatch(release, shell);
  addPlan(release, shell);
  addOrders(release, shell);
}
