import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../../carry/src/manual-clock.suite.ts';
import { ask, createStage, engine, until, upstream } from '../stage.suite.ts';

const { serve, gateway, raw, dial, later } = createStage();

/** Bytes that no two parts of are alike, so that a lost or swapped piece shows. */
function bytes(length: number): Buffer {
  const made = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) made.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return made;
}

const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe('an exchange', () => {
  test('streams both ways: each piece arrives before the next is sent', async () => {
    const echo = await serve((incoming, response) => {
      incoming.on('data', (piece: Buffer) => response.write(piece));
      incoming.on('end', () => response.end());
    });
    const it = await gateway(engine(echo.url, echo.url));
    const sent = request(it.url, { method: 'POST', agent: false });
    const heard: string[] = [];
    const answer = new Promise<void>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        response.on('data', (piece: Buffer) => heard.push(piece.toString()));
        response.on('end', resolve);
      });
    });
    for (const piece of ['one', 'two', 'three']) {
      sent.write(piece);
      await until(() => heard.join('').endsWith(piece));
    }
    sent.end();
    await answer;
    expect(heard.join('')).toBe('onetwothree');
  });

  test('carries big bodies unharmed, with a length and in chunks', async () => {
    const big = bytes(20_000_000);
    const echo = await serve((incoming, response) => {
      const { 'content-length': length } = incoming.headers;
      response.setHeader('x-length', length ?? 'chunked');
      incoming.pipe(response);
    });
    const it = await gateway(engine(echo.url, echo.url));
    const cases: readonly [Record<string, string>, string][] = [
      [{ 'content-length': String(big.length) }, String(big.length)],
      [{ 'transfer-encoding': 'chunked' }, 'chunked'],
    ];
    for (const [headers, framing] of cases) {
      const pieces: Buffer[] = [];
      const seen = await new Promise<string>((resolve, reject) => {
        const sent = request(it.url, { method: 'PUT', headers, agent: false }, (answer) => {
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('end', () => resolve(String(answer.headers['x-length'])));
          answer.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(big);
      });
      expect([seen, digest(Buffer.concat(pieces))]).toEqual([framing, digest(big)]);
    }
  });

  test('reads from the upstream no faster than a slow client takes it', async () => {
    const block = Buffer.alloc(64 * 1024);
    let written = 0;
    const fast = await serve((_, response) => {
      const push = (): void => {
        while (written < 400_000_000) {
          written += block.length;
          if (!response.write(block)) {
            response.once('drain', push);
            return;
          }
        }
        response.end();
      };
      response.on('error', () => {});
      push();
    });
    const it = await gateway(engine(fast.url, fast.url));
    const socket = dial(it.url);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();
    // It stops when all buffers between are full; then it stays there.
    let [before, looks] = [-1, 0];
    await until(() => {
      looks = written > 0 && written === before ? looks + 1 : 0;
      before = written;
      return looks > 60 || written > 100_000_000;
    });
    expect(written).toBeLessThan(100_000_000);
  });

  test('gives up the upstream when the client leaves, and blames nobody', async () => {
    let closed = false;
    const endless = await serve((_, response) => {
      response.write('a beginning');
      response.on('close', () => {
        closed = true;
      });
    });
    const it = await gateway(engine(endless.url, endless.url, 0));
    const socket = dial(it.url);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await until(() => closed);
    await until(() => /open_requests\{[^}]*\} 0/.test(it.metrics()));
    expect(it.metrics()).toMatch(/failures_total\{[^}]*\} 0/);
  });

  test('ends the upload at the upstream when the client leaves in its middle', async () => {
    let ended: string | undefined;
    let begun = false;
    const reader = await serve((incoming) => {
      begun = true;
      incoming.resume();
      incoming.on('error', () => {});
      incoming.on('close', () => {
        ended = incoming.complete ? 'whole' : 'cut';
      });
    });
    const it = await gateway(engine(reader.url, reader.url));
    const socket = dial(it.url);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nhalf');
    await until(() => begun);
    socket.destroy();
    expect(await until(() => ended)).toBe('cut');
  });

  test('cuts the client off when the upstream dies in the middle of its answer', async () => {
    const dying = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    });
    const it = await gateway(engine(dying.url, dying.url));
    await expect(ask(it.url)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(it.metrics()).toMatch(/failures_total\{[^}]*\} 1/);
  });

  test('asks again for a GET whose connection was closed, once, and never for a POST', async () => {
    let asked = 0;
    const closing = await serve((incoming) => {
      asked += 1;
      incoming.socket.destroy();
    });
    const it = await gateway(engine(closing.url, closing.url));
    const get = await ask(it.url);
    expect([get.status, asked]).toEqual([502, 2]);
    const post = await ask(it.url, '/', { method: 'POST' });
    expect([post.status, asked]).toEqual([502, 3]);
    expect(JSON.parse(post.body)).toMatchObject({ error: { code: 'UPSTREAM_FAILED' } });
  });

  test('answers 504 when the upstream’s headers are late, counted from the end of the request', async () => {
    const silent = await serve((incoming) => incoming.resume());
    const entries = [
      ...engine(silent.url, silent.url).slice(0, 1),
      upstream('engine-v1', [silent.url], { timeout: '80ms' }),
      upstream('engine-v2', [silent.url], { timeout: '80ms' }),
    ];
    const it = await gateway(entries);
    const late = await ask(it.url);
    expect([late.status, JSON.parse(late.body)]).toMatchObject([
      504,
      { error: { code: 'UPSTREAM_TIMEOUT' } },
    ]);
    expect(it.metrics()).toMatch(/failures_total\{[^}]*\} 1/);
  });

  test('cuts the client off when a body pauses for five minutes since its last piece', async () => {
    const clock = manualClock();
    let more = (): void => {};
    const pausing = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('one');
      more = () => void response.write('two');
    });
    const it = await gateway(engine(pausing.url, pausing.url), {}, clock);
    let heard = '';
    let closed = false;
    const client = dial(it.url);
    client.on('data', (piece) => {
      heard += piece.toString();
    });
    client.on('close', () => {
      closed = true;
    });
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => heard.endsWith('one'));
    clock.advance(200_000);
    more();
    await until(() => heard.endsWith('two'));
    clock.advance(299_000);
    expect(it.metrics()).toMatch(/failures_total\{[^}]*\} 0/);
    clock.advance(2_000);
    await until(() => closed);
    expect(it.metrics()).toMatch(/failures_total\{[^}]*\} 1/);
  });

  test('does not hold its own standstill against an upstream that answered meanwhile', async () => {
    const held = new Int32Array(new SharedArrayBuffer(4));
    const prompt = await serve((_, response) => {
      // Everything in this process stands still, the gateway's timer for the answer runs out, and the answer is there.
      Atomics.wait(held, 0, 0, 700);
      response.end('so');
    });
    const entries = engine(prompt.url, prompt.url).slice(0, 1);
    const it = await gateway([
      ...entries,
      ...['engine-v1', 'engine-v2'].map((name) => upstream(name, [prompt.url], { timeout: '500ms' })),
    ]);
    expect(await ask(it.url)).toMatchObject({ status: 200, body: 'so' });
  });

  test('hands trailers, repeated headers and empty answers through, and keeps hop-by-hop headers to itself', async () => {
    const odd = await serve((incoming, response) => {
      if (incoming.url === '/empty') {
        response.writeHead(304, { etag: '"a"' });
        response.end();
        return;
      }
      // As a server says it that has a body in chunks for GET alone.
      if (incoming.method === 'HEAD') {
        incoming.socket.write('HTTP/1.1 200 OK\r\ntrailer: x-sum\r\ncontent-length: 4\r\n\r\n');
        return;
      }
      response.writeHead(200, [
        ['set-cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['connection', 'x-hop'],
        ['x-hop', 'gone'],
        ['trailer', 'x-sum'],
      ] as never);
      response.write('body');
      response.addTrailers({ 'x-sum': '42' });
      response.end();
    });
    const it = await gateway(engine(odd.url, odd.url), { units: ['header:x-user'] });
    const seen = await ask(it.url, '/', { headers: { 'x-user': 'u' } });
    expect(seen.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(seen.headers['x-hop']).toBeUndefined();
    expect([seen.body, seen.trailers]).toEqual(['body', { 'x-sum': '42' }]);
    const empty = await ask(it.url, '/empty', { headers: { 'x-user': 'u' } });
    expect([empty.status, empty.headers.etag, empty.body]).toEqual([304, '"a"', '']);
    const head = await ask(it.url, '/', { method: 'HEAD', headers: { 'x-user': 'u' } });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  test('keeps a client’s connection for many requests, and uses few towards the upstream', async () => {
    let connections = 0;
    const plain = await serve((_, response) => response.end('ok'));
    plain.server.on('connection', () => {
      connections += 1;
    });
    const it = await gateway(engine(plain.url, plain.url, 0));
    const socket = dial(it.url);
    let heard = '';
    socket.on('data', (piece) => {
      heard += piece.toString();
    });
    for (let round = 1; round <= 20; round++) {
      socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      await until(() => heard.split('HTTP/1.1 200').length - 1 === round && heard.endsWith('ok'));
    }
    expect(connections).toBe(1);
  });
});

describe('requests that can be read in two ways', () => {
  const shapes: readonly [string, string][] = [
    ['two lengths that differ', 'content-length: 4\r\ncontent-length: 5\r\n\r\nabcde'],
    ['two lengths that agree', 'content-length: 4\r\ncontent-length: 4\r\n\r\nabcd'],
    ['a length and chunks', 'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks and a length', 'transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n'],
    ['an unknown coding', 'transfer-encoding: chunked, x\r\n\r\n0\r\n\r\n'],
    ['a disguised coding', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'content-length : 4\r\n\r\nabcd'],
    ['a folded header', 'x-a: b\r\n content-length: 4\r\n\r\n'],
    ['a bare line feed', 'x-a: b\ncontent-length: 4\r\n\r\nabcd'],
    ['a negative length', 'content-length: -1\r\n\r\n'],
    ['a length with a sign', 'content-length: +4\r\n\r\nabcd'],
    ['a second host', 'host: b\r\n\r\n'],
  ];

  test.each(shapes)('are refused: %s', async (_, rest) => {
    const seen: string[] = [];
    const plain = await serve((incoming, response) => {
      seen.push(`${incoming.method} ${incoming.url}`);
      response.end('ok');
    });
    const it = await gateway(engine(plain.url, plain.url));
    const heard = await raw(it.url, `POST / HTTP/1.1\r\nhost: a\r\n${rest}`);
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(seen).toEqual([]);
  });

  test('are refused: a target that is neither path nor address; an address wins over the Host header', async () => {
    const hosts: (string | undefined)[] = [];
    const plain = await serve((incoming, response) => {
      hosts.push(`${incoming.headers.host} ${incoming.url}`);
      response.end('ok');
    });
    const it = await gateway(engine(plain.url, plain.url));
    expect(await raw(it.url, 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    await raw(it.url, 'GET http://b.example/x?y HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(hosts).toEqual(['b.example /x?y']);
  });

  test('an upstream’s answer with a length and chunks is not passed on', async () => {
    const crooked = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
        );
      });
    });
    await new Promise<void>((resolve) => crooked.listen(0, '127.0.0.1', resolve));
    later(() => crooked.close());
    const { port } = crooked.address() as { port: number };
    const it = await gateway(engine(`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}`));
    expect((await ask(it.url, '/', { method: 'POST' })).status).toBe(502);
  });
});
