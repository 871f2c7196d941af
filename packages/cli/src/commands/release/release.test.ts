import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { formatEvent, type ReleaseView } from '@ombre/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exits } from '../../exit.ts';
import { createProgram } from '../../program.ts';
import { climbing, fakeTerminal, returned } from './views.suite.ts';

const example = join(import.meta.dirname, '..', '..', '..', '..', '..', 'examples', 'question-bank');

/** A control plane of canned answers: the stream sends `stream` one after the other and breaks off after each `break`. */
let plane: Server;
let url: string;
let stream: (ReleaseView | 'break' | { log: { number: number; text: string } })[];
let asked: { line: string; body: unknown; last: string | undefined }[];

beforeEach(async () => {
  stream = [];
  asked = [];
  plane = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => plane.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(plane.address() as AddressInfo).port}`;
});
afterEach(async () => {
  plane.closeAllConnections();
  await new Promise((done) => plane.close(done));
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const piece of request) text += piece;
  const line = `${request.method} ${request.url}`;
  asked.push({
    line,
    body: text === '' ? undefined : JSON.parse(text),
    last: request.headers['last-event-id'] as string | undefined,
  });
  if (line === 'GET /v1/releases')
    response.end(JSON.stringify({ revision: 10, releases: [climbing, returned] }));
  else if (line === 'GET /v1/releases/submit-v2/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (let next = stream.shift(); next !== undefined && next !== 'break'; next = stream.shift()) {
      const event =
        'log' in next
          ? {
              event: 'event',
              id: String(next.log.number),
              data: JSON.stringify({ at: 0, kind: 'level', ...next.log }),
            }
          : { event: 'view', data: JSON.stringify(next) };
      response.write(formatEvent(event));
    }
    response.end();
  } else if (line === 'POST /v1/releases/submit-v2/promote') {
    response.writeHead(409);
    response.end(
      JSON.stringify({
        code: 'RELEASE_REFUSED',
        doc: '',
        message: 'Cannot promote: its last move is not confirmed yet.',
      }),
    );
  } else if (line.includes('/v1/releases/submit-v2')) response.end(JSON.stringify(climbing));
  else {
    response.writeHead(404);
    response.end(JSON.stringify({ code: 'NOT_FOUND', doc: '', message: 'no release is called so' }));
  }
}

async function ombre(...words: readonly string[]): Promise<{ out: string; exit: number; message: string }> {
  const terminal = fakeTerminal();
  try {
    await createProgram(terminal, '0.0.0').parseAsync(['node', 'ombre', '--url', url, ...words]);
    return { out: terminal.said(), exit: exits.ok, message: terminal.complained() };
  } catch (error) {
    const { exit, message } = error as { exit: number; message: string };
    return { out: terminal.said(), exit, message };
  }
}

describe('ombre release', () => {
  test('list has a line for each release, and everything as JSON', async () => {
    const { out } = await ombre('release', 'list');
    expect(out.split('\n')[1]).toMatch(
      /submit-v2 +submit-service +v1 → v2 +dwelling at region, 90 % +9 s of 12 s +good/,
    );
    expect(out.split('\n')[2]).toContain('rolled-back');
    expect(JSON.parse((await ombre('release', 'list', '--json')).out)).toMatchObject({ revision: 10 });
  });

  test('an order sends who and why, and says where the release stands', async () => {
    const { out } = await ombre('release', 'pause', 'submit-v2', '--why', 'lunch');
    expect(asked).toMatchObject([
      { line: 'POST /v1/releases/submit-v2/pause', body: { author: 'ann', why: 'lunch' } },
    ]);
    expect(out).toContain('submit-v2 is dwelling at region, 90 %');
  });

  test('a refused order ends with 1 and the sentence why', async () => {
    expect(await ombre('release', 'promote', 'submit-v2')).toMatchObject({
      exit: exits.no,
      message: expect.stringContaining('its last move is not confirmed yet') as string,
    });
  });

  test('an unknown release is said to be unknown', async () => {
    expect(await ombre('release', 'watch', 'nothing')).toMatchObject({
      exit: exits.no,
      message: expect.stringContaining('no release is called so') as string,
    });
  });
});

describe('ombre release watch', () => {
  test('prints each line of the log once, though it comes with views and by itself', async () => {
    const line = { number: 3, text: 'Goes back: 9.8 % …' };
    stream = [climbing, { log: line }, returned];
    const { out, exit } = await ombre('release', 'watch', 'submit-v2', '--until', 'rolled-back');
    expect(exit).toBe(exits.ok);
    expect(out.match(/Goes back/g)).toHaveLength(1);
    expect(out.match(/Goes to level region/g)).toHaveLength(1);
    expect(out).toContain('held 9 s of 12 s; health good; v2 81.4 requests/s, 0.31 % failed');
    expect(out).toContain('Taken back: 9.8 %');
  });

  test('resumes a stream that breaks after the last event it saw', async () => {
    stream = [
      { log: { number: 3, text: 'first' } },
      'break',
      { log: { number: 4, text: 'second' } },
      returned,
    ];
    const { out } = await ombre('release', 'watch', 'submit-v2', '--until', 'rolled-back', '--plain');
    expect(out).toMatch(/first[\s\S]*second/);
    expect(asked.filter(({ line }) => line.endsWith('/events')).map(({ last }) => last)).toEqual([
      undefined,
      '3',
    ]);
  });

  test('ends with 1 when the release ended otherwise, and with 6 when it is late', async () => {
    stream = [returned];
    expect(await ombre('release', 'watch', 'submit-v2', '--until', 'completed')).toMatchObject({
      exit: exits.no,
      message: 'submit-v2 ended rolled-back',
    });
    expect(
      await ombre('release', 'watch', 'submit-v2', '--until', 'completed', '--timeout', '10ms'),
    ).toMatchObject({ exit: exits.late, message: 'submit-v2 is still dwelling after 10ms' });
  });

  test('takes an interruption for the end only where nothing was waited for', async () => {
    const interrupted = async (...words: string[]): Promise<unknown> => {
      stream = [climbing];
      const run = ombre('release', 'watch', 'submit-v2', ...words);
      await vi.waitFor(() => expect(process.listenerCount('SIGTERM')).toBe(others + 1), { timeout: 10_000 });
      process.listeners('SIGTERM').at(-1)?.('SIGTERM');
      return (await run).exit;
    };
    const others = process.listenerCount('SIGTERM');
    expect(await interrupted('--until', 'completed')).toBe(exits.late);
    expect(await interrupted()).toBe(exits.ok);
  });

  test('prints one JSON object a line for programs', async () => {
    stream = [{ log: { number: 3, text: 'a' } }, returned];
    const { out } = await ombre('release', 'watch', 'submit-v2', '--until', 'rolled-back', '--json');
    const objects = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as { view?: ReleaseView; log?: { text: string } });
    expect(objects.map(({ view, log }) => view?.phase ?? log?.text)).toEqual([
      'dwelling',
      'a',
      'rolled-back',
    ]);
  });

  test('refuses a phase that does not exist', async () => {
    expect(await ombre('release', 'watch', 'submit-v2', '--until', 'done')).toMatchObject({
      exit: exits.usage,
    });
  });
});

describe('ombre release plan', () => {
  test('plans from files without a control plane', async () => {
    const { out, exit } = await ombre(
      ...['release', 'plan', example, 'submit-v2', '--rps', '200', '--error-rate', '0.003'],
      ...['--matching', 'developer=0.02', 'group=0.19', 'region=0.38'],
    );
    expect(exit).toBe(exits.ok);
    expect(asked).toEqual([]);
    expect(out).toContain('at 200 requests/s, 0.3 % of them failed (as given)');
    expect(out).toMatch(/group 50 % +11\.5 % +23 +yes +errorRate/);
    expect(out).toMatch(/full 100 % +100 % +200 +no/);
    expect(out).toMatch(/not tested +developer at 100 %/);
  });

  test('ends with 1 where a step can see too little, and says which', async () => {
    const { exit, message } = await ombre('release', 'plan', example, 'submit-v2', '--rps', '2');
    expect(exit).toBe(exits.no);
    expect(message).toMatch(/refused +group at 50 %/);
  });

  test('says what a number has to be', async () => {
    expect(await ombre('release', 'plan', 'submit-v2', '--rps', '0')).toMatchObject({
      exit: exits.usage,
      message: '--rps takes a number above 0, not "0"',
    });
  });

  test('names the releases there are when asked for another', async () => {
    expect(await ombre('release', 'plan', example, 'submit-v3')).toMatchObject({
      exit: exits.usage,
      message: expect.stringContaining('it has runner-v2, submit-v2') as string,
    });
  });
});
