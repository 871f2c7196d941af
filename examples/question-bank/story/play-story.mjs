// Two releases, played for real on the question bank: a good version that reaches everybody, and a bad one that is caught and
// returned.
//   node examples/question-bank/story/play-story.mjs [--replay] [words for `ombre up`]
// Needs a build (`npm start` makes one). Ends with Ctrl-C, and every process it started with it.
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from './child-processes.mjs';
import { openBank } from './open-bank.mjs';

const STORIES = [
  {
    release: 'submit-v2',
    title: 'A good version: submit-service goes from v1 to v2, which keeps sandboxes warm.',
  },
  {
    release: 'runner-v2',
    title: 'A bad version: runner goes from v1 to v2, in which one run in ten fails.',
  },
];
const OVER = ['completed', 'rolled-back', 'landed'];
/** Phases that pass by themselves within seconds; health is unknown until the gateways were heard. */
const PASSING = ['pending', 'rolling-back', 'unheard'];
/** What leads back to the bottom. */
const AGAIN = { completed: 'abort', 'rolled-back': 'resume' };

/** Plays both stories and keeps the bank open until it is told to stop; answers what the process should end with. */
export async function playStory(words) {
  try {
    return await play(words);
  } catch (error) {
    process.stderr.write(`ombre: ${error.message}\n`);
    return 1;
  }
}

async function play(words) {
  const replay = words.includes('--replay');
  const at = words.indexOf('--data-dir');
  // In the root `npx ombre …` looks for a running control plane.
  const dataDirectory = at < 0 ? join(root, '.ombre') : resolve(words[at + 1] ?? '');
  const others = words.filter(
    (word, index) => word !== '--replay' && (at < 0 || (index !== at && index !== at + 1)),
  );
  let told;
  const stopped = new Promise((stop) => {
    told = stop;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => told(signal));

  const bank = await openBank(join(root, 'examples', 'question-bank'), dataDirectory, others, () => {});
  try {
    const over = Promise.race([stopped, bank.children.firstToEnd()]);
    const reason = await Promise.race([over, tell(bank, dataDirectory, replay).then(() => over)]);
    if (reason.complaints === undefined) return 0;
    throw new Error(`${reason.name} ended:\n${reason.complaints()}`);
  } finally {
    say('\nombre: closing the question bank …');
    await bank.children.stopAll();
  }
}

async function tell(bank, dataDirectory, replay) {
  const ombre = (...words) => bank.children.run(['--data-dir', dataDirectory, ...words]);
  say('');
  say(`The question bank is open: 3,000 people send ${bank.rate} requests a second to each of two services.`);
  for (const { url, flag, services, pid } of bank.gateways) {
    say(`  ${url}  gateway, process ${pid}: flag ${flag} decides between ${services.join(' and ')}`);
  }
  const seen = [];
  for (const { release, title } of STORIES) {
    if (bank.children.stopping) return;
    const phase = await settle(bank.api, release, replay);
    if (phase === undefined) {
      say(`\nThere is no release ${release} any more: its story is left out.`);
      continue;
    }
    if (OVER.includes(phase)) {
      seen.push(release);
      continue;
    }
    say(`\n── ${title} ──`);
    if (phase === 'waiting') {
      say(`$ npx ombre release approve ${release}`);
      await ombre('release', 'approve', release, '--why', 'the story begins');
    } else say(`It goes on where it stood: ${phase}.`);
    say(`$ npx ombre release watch ${release}`);
    await ombre('release', 'watch', release, '--until', OVER.join(','));
    if ((await phaseOf(bank.api, release)) === 'rolled-back' && !bank.children.stopping) {
      say(`\n$ npx ombre release show ${release}`);
      await ombre('release', 'show', release, '--events', '5');
    }
  }
  if (bank.children.stopping) return;
  if (seen.length > 0) {
    say('\nPlayed at an earlier start; this is where they stand:');
    await ombre('release', 'list');
  }
  say(`
Requests go on until Ctrl-C. In another terminal, in this folder:
  npx ombre release show runner-v2                       why it was taken back, for whom, and how many it hurt
  npx ombre release resume runner-v2                     let it climb again (it waits for approval, and is caught again)
  npx ombre release abort submit-v2 --why "second thoughts"    take the good one back, too
  npx ombre history                                      every move is a numbered change
Both stories from the start: npm start -- --replay`);
}

/**
 * The phase to begin the story in: that which it was left in or, with `replay`, the gate at the bottom, reached as anybody would reach it: what
 * completed is aborted, what was taken back is resumed.
 */
async function settle(api, release, replay) {
  let asked;
  for (;;) {
    const phase = await phaseOf(api, release);
    const order = replay ? AGAIN[phase] : undefined;
    if (order === undefined && !PASSING.includes(phase)) return phase;
    if (order !== undefined && order !== asked) {
      const { status, body } = await api('POST', `/v1/releases/${release}/${order}`, {
        why: 'played again',
        author: 'story',
      });
      if (status >= 300) throw new Error(`${release} cannot be played again: ${body.message}`);
      asked = order;
    }
    await wait(200);
  }
}

async function phaseOf(api, release) {
  const { status, body } = await api('GET', `/v1/releases/${release}`);
  if (status !== 200) return undefined;
  return body.frozen?.causes.join() === 'unknown' ? 'unheard' : body.phase;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

if (process.argv[1] === import.meta.filename) process.exitCode = await playStory(process.argv.slice(2));
