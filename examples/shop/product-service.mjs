// The example's product service: answers views, prices and stock of a SKU as JSON, on loopback.
//   node product-service.mjs NAME PORT
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds an operation takes at least; its time beyond that is exponential with the same mean. */
const COST = { view: 4, price: 2, stock: 6 };
/** One in fifty finds a cache cold, which makes the p99 0.12 s, and one in five thousand a host that goes away: no version is to blame. */
const COLD = { part: 0.02, least: 60, mean: 87 };
const LOST = 0.0002;

const [name = 'product', port = process.env.PORT] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const [, operation, sku] = (request.url ?? '').split('/');
  const cost = COST[operation];
  if (request.url === '/health') return send(response, 200, { name });
  if (cost === undefined || sku === undefined)
    return send(response, 404, { error: 'try /view/SKU, /price/SKU or /stock/SKU' });
  await wait(
    cost + exponential(cost) + (Math.random() < COLD.part ? COLD.least + exponential(COLD.mean) : 0),
  );
  if (Math.random() < LOST) return send(response, 500, { error: 'the host went away' });
  send(response, 200, { sku, by: name, [operation]: number(sku) });
});

function exponential(mean) {
  return -mean * Math.log(1 - Math.random());
}

/** The same for a SKU each time: money in minor units, stock in pieces. */
function number(sku) {
  return [...sku].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 100_000, 7);
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

server.keepAliveTimeout = 65_000;
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
