/**
 * node:http with undici's dispatch and nothing else: copies headers and bodies, and asks two endpoints in turn. What it reaches is what a proxy
 * made of these two can reach. Run by gateway.ts: node bench/dist/bare-proxy.js PORT ENDPOINT ENDPOINT
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [port, ...endpoints] = process.argv.slice(2);
const pools = endpoints.map((endpoint) => new Pool(endpoint, { connections: 1_024, pipelining: 1 }));
let turn = 0;

createServer((request, response) => {
  pools[turn++ % pools.length]?.dispatch(
    { path: request.url ?? '/', method: 'GET', headers: endToEnd(request.rawHeaders), body: null },
    {
      onRequestStart() {},
      onResponseStart({ rawHeaders }, status, _, message) {
        const texts = (rawHeaders as readonly Buffer[]).map((part) => part.toString('latin1'));
        response.writeHead(status, message, endToEnd(texts));
      },
      onResponseData(_, piece) {
        response.write(piece);
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        response.destroy();
      },
    },
  );
}).listen(Number(port), '127.0.0.1');

/** All but Connection. */
function endToEnd(headers: readonly string[]): string[] {
  return headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== 'connection');
}
