// An OFREP-class receiver: answers each request with its decisions on all flags, the revision they were made by, and whether its lease holds.
import { createServer } from 'node:http';
import { openReceiver, openSource, systemClock } from '@ombre/carry';
import { bind, evaluate } from '@ombre/decide';

const [name, address, environment, port, fault = ''] = process.argv.slice(2);
const own = { clock: systemClock, receiver: name, environment };
const source =
  fault === 'acknowledges what it has not staged' ? liar(openSource(address, own)) : openSource(address, own);
const receiver = openReceiver({ source, receiver: name, class: 'ofrep', agent: 'member' });

const READS_ANEW = fault === 'reads the snapshot anew for each flag';
/** Whoever reads anew is given the time in which a change comes between. */
const turn = () => new Promise((done) => (READS_ANEW ? setTimeout(done, 10) : setImmediate(done)));
const FLAGS = ['two-a', 'two-b', 'two-c'];

const server = createServer(async (_request, response) => {
  const { snapshot, head } = receiver;
  if (snapshot === undefined || head === undefined) return response.writeHead(503).end();
  const at = Date.now();
  const { live } = receiver;
  let bound = bind(snapshot, {}, at);
  const values = [];
  for (const flag of FLAGS) {
    values.push(evaluate(bound, flag).value);
    // A request takes its time; what it decides by stays.
    await turn();
    if (READS_ANEW) bound = bind(receiver.snapshot, {}, Date.now());
  }
  response.end(JSON.stringify({ at, revision: head.revision, live, values }));
});
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`);
});

/** Says at once that it staged what it let fall, and that it serves what was decided; the truth comes three seconds late. */
function liar(honest) {
  let told;
  let last;
  let late = Promise.resolve();
  const say = (more) =>
    honest.acknowledge({ ...last, ...more }, new AbortController().signal).catch(() => {});
  return {
    ...honest,
    acknowledge(acknowledgement, signal) {
      last = told === undefined ? acknowledgement : { ...acknowledgement, ...told };
      return honest.acknowledge(last, signal);
    },
    watch(from, listen, signal) {
      return honest.watch(
        from,
        (event) => {
          if (event.type === 'prepare') {
            told = { staged: { id: event.id, version: event.version } };
            return void say(told);
          }
          if (event.type === 'commit') {
            const { revision, digest } = event.announced.signed.head;
            told = { revision, digest };
            return void say(told);
          }
          if (event.type !== 'delta') return listen(event);
          late = late
            .then(() => new Promise((done) => setTimeout(done, 3_000)))
            .then(() => {
              told = undefined;
              listen(event);
            });
        },
        signal,
      );
    },
  };
}
