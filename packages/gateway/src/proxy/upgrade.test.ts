import { describe, expect, test } from 'vitest';
import { createStage, engine, until } from '../stage.suite.ts';

const { serve, gateway, raw, dial } = createStage();

const HANDSHAKE =
  'GET /chat HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n';

async function chat() {
  const seen: string[] = [];
  const it = await serve((_, response) => {
    response.writeHead(403);
    response.end('go away');
  });
  it.server.on('upgrade', (request, socket) => {
    seen.push(`${request.url} ${request.headers.upgrade} ${request.headers['x-real-ip']}`);
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: k\r\n\r\nhello ',
    );
    socket.on('data', (piece: Buffer) => socket.write(`<${piece.toString()}>`));
    socket.on('end', () => socket.end());
  });
  return { ...it, seen };
}

describe('an upgrade to websocket', () => {
  test('joins both connections, from the first byte to the close', async () => {
    const upstream = await chat();
    const it = await gateway(engine(upstream.url, upstream.url));
    const socket = dial(it.url);
    let heard = '';
    let closed = false;
    socket.on('data', (piece) => {
      heard += piece.toString();
    });
    socket.on('close', () => {
      closed = true;
    });
    socket.write(`${HANDSHAKE}sec-websocket-key: k\r\n\r\nearly`);
    await until(() => heard.endsWith('<early>'));
    expect(heard).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(heard).toMatch(/\r\nsec-websocket-accept: k\r\n/i);
    expect(heard).toMatch(/\r\nset-cookie: ombre_unit=/i);
    expect(heard.split('\r\n\r\n')[1]).toBe('hello <early>');
    socket.write('more');
    await until(() => heard.endsWith('<more>'));
    expect(upstream.seen).toEqual(['/chat websocket 127.0.0.1']);
    socket.end();
    await until(() => closed);
    expect(it.metrics()).toMatch(/requests_total\{[^}]*\} 1/);
  });

  test('that the upstream declines brings its answer back', async () => {
    const plain = await serve((_, response) => {
      response.writeHead(403, { 'x-why': 'no' });
      response.end('go away');
    });
    const it = await gateway(engine(plain.url, plain.url));
    const heard = await raw(it.url, `${HANDSHAKE}\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(heard).toContain('x-why: no');
    expect(heard).toMatch(/connection: close/);
    expect(heard.split('\r\n\r\n').slice(1).join('')).toContain('go away');
  });

  test('is refused for other protocols, and 502 where nobody answers', async () => {
    const it = await gateway(engine('http://127.0.0.1:1', 'http://127.0.0.1:1'));
    expect(await raw(it.url, `${HANDSHAKE}\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
    const h2c = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n\r\n';
    expect(await raw(it.url, h2c)).toMatch(/^HTTP\/1\.1 501 /);
  });

  test('ends with the gateway’s grace', async () => {
    const upstream = await chat();
    const it = await gateway(engine(upstream.url, upstream.url), { grace: 50 });
    const socket = dial(it.url);
    let closed = false;
    let heard = '';
    socket.on('data', (piece) => {
      heard += piece.toString();
    });
    socket.on('close', () => {
      closed = true;
    });
    socket.write(`${HANDSHAKE}\r\n`);
    await until(() => heard.endsWith('hello '));
    await it.close();
    await until(() => closed);
  });
});
