// The users of the question bank: submits answers and tries programs through the gateways.
//   node send-traffic.mjs URL RATE [URL RATE …] [--users N]     RATE: requests a second
// People come at random, whether or not earlier requests were answered, and send what signed-in pages send: who they are in
// headers that an authenticating proxy would have set. Prints a line of JSON a second and ends when its standard input does.
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { crowd, drawFrom, pick } from './people.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { users: { type: 'string', default: '3000' } },
});
const QUESTIONS = { 'sum-to': 0.5, 'digit-sum': 0.4, 'count-primes': 0.1 };
/** Requests waiting for an answer beyond which new visitors give up, as they would. */
const PATIENCE = 2_000;

const draw = drawFrom(crowd(Number(values.users)));
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const doors = [];
for (let at = 0; at + 1 < positionals.length; at += 2) {
  const door = {
    url: positionals[at],
    rate: Number(positionals[at + 1]),
    due: performance.now(),
    open: 0,
    sent: 0,
    answered: 0,
    failed: 0,
    variants: {},
  };
  doors.push(door);
}

/** Sends what is due: gaps between requests are exponential. */
function turn() {
  const now = performance.now();
  for (const door of doors) {
    // After a pause of this process nobody catches up.
    door.due = Math.max(door.due, now - 500);
    while (door.due <= now) {
      door.due -= (1_000 / door.rate) * Math.log(1 - Math.random());
      if (door.open < PATIENCE) send(door, draw(Math.random()));
    }
  }
}

function send(door, { id, tier, region, language, client }) {
  const question = pick(QUESTIONS, Math.random());
  const n = Math.floor(Math.random() * (question === 'count-primes' ? 2_000 : 100_000));
  const body = JSON.stringify({ question, n, answer: (n * (n + 1)) / 2, language });
  door.sent++;
  door.open++;
  const sent = request(`${door.url}/submissions`, {
    method: 'POST',
    agent,
    timeout: 10_000,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-user-id': id,
      'x-user-tier': tier,
      'x-region': region,
      'x-language': language,
      'x-client-version': client,
    },
  });
  let over = false;
  const end = (failed) => {
    if (over) return;
    over = true;
    door.open--;
    if (failed) door.failed++;
    else door.answered++;
  };
  sent.on('response', (response) => {
    const variant = response.headers['ombre-variant'];
    if (variant !== undefined) door.variants[variant] = (door.variants[variant] ?? 0) + 1;
    response.on('error', () => end(true));
    response.resume().on('end', () => end(response.statusCode >= 500));
  });
  sent.on('timeout', () => sent.destroy());
  sent.on('error', () => end(true));
  sent.end(body);
}

const sending = setInterval(turn, 5);
const reporting = setInterval(() => {
  for (const { url, open, sent, answered, failed, variants } of doors) {
    process.stdout.write(`${JSON.stringify({ url, open, sent, answered, failed, variants })}\n`);
  }
}, 1_000);

process.stdin.on('end', stop).resume();
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

function stop() {
  clearInterval(sending);
  clearInterval(reporting);
  agent.destroy();
  process.exit(0);
}
