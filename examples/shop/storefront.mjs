// The example's storefront: a page of a SKU shows its view, price and stock, which it asks the product service for, on loopback.
//   node storefront.mjs PORT PRODUCT [PATIENCE]      PRODUCT is the address of the product service, such as its gateway; PATIENCE ms
// What a page was asked with it passes on to the product service, as tracing does. Metrics for Prometheus at /metrics.
import { Agent, createServer, get } from 'node:http';

/** How long the product service is waited for: people do not wait longer than two seconds and a half. */
const [port = process.env.PORT, product = process.env.GATEWAY, patience = '2500'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 500 });
const pages = { all: 0, failed: 0 };

const server = createServer(async (request, response) => {
  const [, operation, sku] = (request.url ?? '').split('/');
  if (request.url === '/metrics') return send(response, 200, metrics());
  if (operation !== 'page' || sku === undefined)
    return send(response, request.url === '/health' ? 200 : 404, '');
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.startsWith('x-')),
  );
  pages.all++;
  try {
    const parts = await Promise.all(
      ['view', 'price', 'stock'].map((part) => ask(`/${part}/${sku}`, headers)),
    );
    send(response, 200, parts.join('\n'));
  } catch {
    pages.failed++;
    send(response, 502, 'this page cannot be shown now');
  }
});

function ask(path, headers) {
  return new Promise((resolve, reject) => {
    const asked = get(
      new URL(path, product),
      { agent, headers, signal: AbortSignal.timeout(Number(patience)) },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
  });
}

function metrics() {
  return [
    '# TYPE storefront_pages_total counter',
    `storefront_pages_total ${pages.all}`,
    '# TYPE storefront_pages_failed_total counter',
    `storefront_pages_failed_total ${pages.failed}`,
    '',
  ].join('\n');
}

function send(response, status, text) {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(text);
}

server.keepAliveTimeout = 65_000;
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
