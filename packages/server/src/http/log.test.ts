import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('a logger leaves secrets out at any of three depths', () => {
  let text = '';
  const log = createLog('info', { write: (line: string) => (text += line) });
  const secret = 's3cr3t-value';
  log.info(
    {
      token: secret,
      headers: { authorization: `Bearer ${secret}`, 'x-api-key': secret },
      one: { two: { token: secret, ticket: secret } },
      kept: 'plain',
    },
    'a request',
  );
  expect(text).toContain('plain');
  expect(text).not.toContain(secret);
});
