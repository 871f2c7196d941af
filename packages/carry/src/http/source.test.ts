import { formatSyncEvent } from '@ombre/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/until.ts';
import { type Source, SourceError, type SourceEvent } from '../source.ts';
import { sourceContract, textFlag } from '../source-contract.suite.ts';
import { failure, type Peer, type PeerOptions, startPeer } from './peer.suite.ts';
import { openHttpSource } from './source.ts';

sourceContract('the HTTP carrier', async (entries) => {
  const peer = await startPeer();
  peer.set(entries);
  return {
    source: openHttpSource(peer.url),
    async set(next) {
      peer.set(next);
    },
    close: () => peer.kill(),
  };
});

describe('the HTTP carrier', () => {
  const peers: Peer[] = [];
  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.kill();
  });

  async function start(options: PeerOptions = {}): Promise<Peer> {
    const peer = await startPeer(options);
    peers.push(peer);
    peer.set([textFlag('a', 'one')]);
    return peer;
  }

  function watch(source: Source): {
    events: SourceEvent[];
    ended: ReturnType<Source['watch']>;
    stop: () => void;
  } {
    const end = new AbortController();
    const events: SourceEvent[] = [];
    return {
      events,
      ended: source.watch(undefined, (event) => events.push(event), end.signal),
      stop: () => end.abort(),
    };
  }

  const { signal } = new AbortController();

  test('asks under the environment that the URL or the option names, with token and name', async () => {
    const peer = await start();
    for (const source of [
      openHttpSource(`${peer.url}/p/shop/live`, { token: 'secret', receiver: 'me' }),
      openHttpSource(`${peer.url}/`, { environment: 'shop/live', token: 'secret', receiver: 'me' }),
    ]) {
      const { events, ended, stop } = watch(source);
      await until(() => expect(events.length).toBeGreaterThan(0));
      const { url, headers } = peer.requests.at(-1) ?? { url: '', headers: {} };
      expect(url).toBe('/p/shop/live/v1/sync/stream?receiver=me');
      expect(headers.authorization).toBe('Bearer secret');
      expect(source.environment).toBe('shop/live');
      expect(source.address).not.toContain('secret');
      stop();
      await ended;
    }
  });

  test('says what a refusal means, and how long to wait', async () => {
    const peer = await start();
    const cases = [
      [401, {}, { code: 'UNAUTHORIZED' }, undefined],
      [403, {}, { code: 'UNAUTHORIZED' }, undefined],
      [404, {}, { code: 'NOT_FOUND' }, undefined],
      [503, { 'retry-after': '7' }, { code: 'OVERLOADED' }, 7_000],
      [429, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, { code: 'OVERLOADED' }, 0],
      [500, { 'retry-after': 'soon' }, { code: 'UNREACHABLE' }, undefined],
      [302, { location: 'http://127.0.0.1:1/' }, { code: 'UNREACHABLE' }, undefined],
    ] as const;
    for (const [status, headers, problem, retryAfter] of cases) {
      peer.intercept = (_, response) => {
        response.writeHead(status, headers).end(JSON.stringify(failure('WHY')));
        return true;
      };
      const ended = await watch(openHttpSource(peer.url)).ended;
      expect(ended).toMatchObject({ problem });
      expect(ended.retryAfter).toBe(retryAfter);
      if (status !== 302) expect(ended.problem.detail).toContain('WHY: as the test says');
      await expect(openHttpSource(peer.url).head(signal)).rejects.toMatchObject({ problem });
    }
  });

  test('ends a stream that is none, that breaks, or that says what nobody can read', async () => {
    const peer = await start();
    peer.intercept = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    };
    expect((await watch(openHttpSource(peer.url)).ended).problem.code).toBe('PROTOCOL');
    peer.intercept = undefined;

    const broken = watch(openHttpSource(peer.url));
    await until(() => expect(peer.streams.size).toBe(1));
    peer.cut();
    expect((await broken.ended).problem).toEqual({ code: 'UNREACHABLE', detail: 'the stream ended' });

    const garbled = watch(openHttpSource(peer.url));
    await until(() => expect(garbled.events.length).toBe(1));
    peer.say('event: delta\nid: a:2\ndata: {"from":\n\n');
    expect((await garbled.ended).problem.code).toBe('PROTOCOL');
  });

  test('passes over events of a later version and reads an event that comes in pieces', async () => {
    const peer = await start();
    const { events, ended, stop } = watch(openHttpSource(peer.url));
    await until(() => expect(events.length).toBe(1));
    peer.say('event: promise\ndata: {"new":true}\n\n');
    const beat = formatSyncEvent({ type: 'heartbeat', revision: 41 });
    for (const character of beat) peer.say(character);
    await until(() => expect(events).toContainEqual({ type: 'heartbeat', revision: 41 }));
    stop();
    await ended;
  });

  test('hands on the succession records beside a head', async () => {
    const peer = await start();
    peer.successions = [{ payload: '{}', key: 'k', signature: 's' }];
    const { events, ended, stop } = watch(openHttpSource(peer.url));
    await until(() => expect(events[0]).toMatchObject({ announced: { successions: peer.successions } }));
    expect((await openHttpSource(peer.url).head(signal)).successions).toEqual(peer.successions);
    stop();
    await ended;
  });

  test('answers the lease, and says why an acknowledgement was refused', async () => {
    const peer = await start();
    const source = openHttpSource(peer.url);
    const acknowledgement = { receiver: 'me', class: 'sdk', lineage: 'a', revision: 1, digest: 'd' } as const;
    expect(await source.acknowledge(acknowledgement, signal)).toEqual({ lease: 9_000, within: 0 });
    expect(peer.acknowledged).toEqual([acknowledgement]);
    peer.intercept = (_, response) => {
      response.end(JSON.stringify({ lease: 9_000, lineage: 'a', revision: 2, within: 0, granted: false }));
      return true;
    };
    expect(await source.acknowledge(acknowledgement, signal)).toEqual({
      lease: 9_000,
      within: 0,
      granted: false,
    });
    peer.intercept = (_, response) => {
      response.writeHead(503, { 'retry-after': '5' }).end();
      return true;
    };
    await expect(source.acknowledge(acknowledgement, signal)).rejects.toBeInstanceOf(SourceError);
  });

  test('refuses a URL that is none of HTTP', () => {
    expect(() => openHttpSource('ftp://x')).toThrow(TypeError);
    expect(() => openHttpSource('nonsense')).toThrow(TypeError);
  });

  test('tells of a peer that is not there', async () => {
    const peer = await start();
    await peer.kill();
    const { problem } = await watch(openHttpSource(peer.url)).ended;
    expect(problem.code).toBe('UNREACHABLE');
    expect(problem.detail).toContain('ECONNREFUSED');
    peers.length = 0;
  });
});
