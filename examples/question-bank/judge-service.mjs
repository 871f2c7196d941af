// One of the example's services in one of its versions: judges answers in sandboxes, over HTTP, on loopback.
//   node judge-service.mjs NAME [PORT]     NAME is one of `versions` below; without a port, or where it is taken, a free one
// Prints `{"name", "url"}` when it listens and ends when its standard input does.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds until a sandbox for a language can run, when it is made for the occasion. */
const COLD = { c: 14, cpp: 22, go: 18, java: 45, javascript: 16, python: 20, rust: 26, typescript: 24 };

/** How each version comes by a sandbox. Answers whether it works. */
const versions = {
  'submit-service-v1': fresh,
  /** Keeps sandboxes warm: faster. */
  'submit-service-v2': pooled({ size: 32, broken: 0 }),
  'runner-v1': fresh,
  /** Keeps sandboxes warm too, but forgets to empty the disk of some: one run in ten finds it full. */
  'runner-v2': pooled({ size: 30, broken: 3 }),
};

async function fresh(language) {
  await wait(COLD[language] ?? 20);
  return true;
}

function pooled({ size, broken }) {
  let next = 0;
  return async () => {
    await wait(4);
    next = (next + 1) % size;
    return next >= broken;
  };
}

/** The questions of the bank, and what a right answer is. */
const questions = {
  'sum-to': (n) => (n * (n + 1)) / 2,
  'count-primes': (n) => {
    let count = 0;
    for (let i = 2; i <= n; i++) {
      let prime = true;
      for (let d = 2; d * d <= i && prime; d++) prime = i % d !== 0;
      if (prime) count++;
    }
    return count;
  },
  'digit-sum': (n) => [...String(n)].reduce((sum, digit) => sum + Number(digit), 0),
};

const [name, wanted] = process.argv.slice(2);
const sandbox = versions[name];
if (sandbox === undefined) {
  process.stderr.write(`judge-service.mjs takes one of ${Object.keys(versions).join(', ')}\n`);
  process.exit(2);
}
const served = { name, requests: 0, failed: 0 };

async function judge({ question, n, answer, language }) {
  const right = questions[question];
  if (right === undefined || !Number.isInteger(n) || n < 0 || n > 100_000)
    return [400, { error: 'no such question' }];
  // Now and then a host goes away under a sandbox: no version is to blame.
  if (!(await sandbox(language)) || Math.random() < 0.003)
    return [500, { error: 'the sandbox did not start' }];
  return [200, { judgedBy: name, right: right(n) === answer }];
}

const server = createServer(async (request, response) => {
  if (request.url === '/stats') return send(response, 200, served);
  served.requests++;
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  const [status, body] = await judge(JSON.parse(text)).catch(() => [400, { error: 'unreadable' }]);
  if (status >= 500) served.failed++;
  send(response, status, body);
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

server.keepAliveTimeout = 65_000;
server.once('error', () => server.listen(0, '127.0.0.1'));
server.on('listening', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ name, url })}\n`);
});
server.listen(Number(wanted ?? 0), '127.0.0.1');

// Whoever started it holds its input: no service outlives the story.
process.stdin.on('end', stop).resume();
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

function stop() {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2_000).unref();
}
