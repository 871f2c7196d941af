import { describe, expect, test } from 'vitest';
import { createClient, type Fetch } from './client.ts';

/** Answers what it is told and keeps what it was asked. */
function server(
  status: number,
  body: string,
): { fetch: Fetch; asked: { url: string; init: Parameters<Fetch>[1] }[] } {
  const asked: { url: string; init: Parameters<Fetch>[1] }[] = [];
  return {
    asked,
    fetch: async (url, init) => {
      asked.push({ url, init });
      return { status, headers: { get: () => null }, text: async () => body };
    },
  };
}

describe('the client', () => {
  test('asks below the environment, with token, generation and query', async () => {
    const { fetch, asked } = server(200, '{"revision":3}');
    const client = createClient({ url: 'http://x/', environment: 'judge/production', token: 't', fetch });
    const answer = await client.remove('Flag', 'a', 4, { why: 'no use' });
    expect(answer).toEqual({ ok: true, status: 200, value: { revision: 3 } });
    expect(asked[0]!.url).toBe('http://x/p/judge/production/v1/resources/Flag/a?why=no%20use');
    expect(asked[0]!.init).toMatchObject({
      method: 'DELETE',
      headers: { authorization: 'Bearer t', 'if-match': '"4"' },
    });
  });

  test('asks the process bare, whatever the environment', async () => {
    const { fetch, asked } = server(200, '{"environments":[]}');
    await createClient({ url: 'http://x', environment: 'a/b', fetch }).environments();
    expect(asked[0]!.url).toBe('http://x/v1/environments');
  });

  test('returns failures of the table and of strangers', async () => {
    const body = JSON.stringify({
      code: 'CONFLICT',
      message: 'moved',
      doc: 'docs/errors.md#conflict',
      moved: [1],
    });
    const known = await createClient({ url: 'http://x', ...server(409, body) }).status();
    expect(known).toMatchObject({ ok: false, status: 409, failure: { code: 'CONFLICT', moved: [1] } });
    const proxy = await createClient({ url: 'http://x', ...server(502, '<html>') }).status();
    expect(proxy).toMatchObject({ ok: false, status: 502, failure: { code: 'UNAVAILABLE' } });
    const lying = await createClient({ url: 'http://x', ...server(200, '<html>') }).status();
    expect(lying.ok).toBe(false);
  });

  test('returns a lost connection with status 0', async () => {
    const fetch: Fetch = async () => {
      throw new Error('refused');
    };
    const answer = await createClient({ url: 'http://x', fetch }).head();
    expect(answer).toMatchObject({ ok: false, status: 0, failure: { code: 'UNAVAILABLE' } });
  });

  test('takes YAML and snapshots as text', async () => {
    const answer = await createClient({ url: 'http://x', ...server(200, 'kind: Flag\n') }).exportYaml(
      'files',
    );
    expect(answer).toEqual({ ok: true, status: 200, value: 'kind: Flag\n' });
  });
});
