import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resourceSchema } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { signatureHeaders } from './signature.ts';

const page = readFileSync(new URL('../../../../docs/effects.md', import.meta.url), 'utf8');
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

type Verify = (secret: string, headers: Record<string, string>, body: string, now?: number) => boolean;

function verifyOfPage(): Verify {
  const [text = ''] = blocks('js');
  const body = text.replace(/import .*\n/, '').replace('export ', '');
  return new Function('createHmac', 'timingSafeEqual', `${body}\nreturn verify;`)(
    createHmac,
    timingSafeEqual,
  ) as Verify;
}

function requestOfPage() {
  const [text = ''] = blocks('http');
  const [head = '', body = ''] = text.trimEnd().split('\n\n');
  const headers = head
    .split('\n')
    .slice(1)
    .map((line) => line.split(': ') as [string, string]);
  return { headers: Object.fromEntries(headers), body };
}

const NOW = 1_795_262_400_000;

describe('docs/effects.md', () => {
  const verify = verifyOfPage();
  const { headers, body } = requestOfPage();

  test('shows a request that its ten lines take, and only as it is', () => {
    expect(verify('a secret', headers, body, NOW + 1_000)).toBe(true);
    expect(verify('a secret', headers, body.replace('true', 'false'), NOW)).toBe(false);
    expect(verify('another', headers, body, NOW)).toBe(false);
    expect(verify('a secret', headers, body, NOW + 301_000)).toBe(false);
    expect(verify('a secret', { ...headers, 'webhook-id': 'x' }, body, NOW)).toBe(false);
    expect(verify('a secret', { ...headers, 'webhook-signature': 'v1,' }, body, NOW)).toBe(false);
  });

  test('shows ten lines that take what Ombre signs, with either kind of secret', () => {
    for (const secret of ['plain', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) {
      const signed = signatureHeaders(secret, { id: 'k', now: NOW, body: '{"a":1}' });
      expect(verify(secret, signed, '{"a":1}', NOW)).toBe(true);
    }
  });

  test('shows pieces of a Release that are one', () => {
    const pieces = blocks('yaml').map((text) => parse(text) as Record<string, unknown>);
    expect(pieces.length).toBe(4);
    for (const piece of pieces) {
      const spec = {
        flag: 'f',
        from: 'a',
        to: 'b',
        ladder: [{ name: 'all', share: 1, dwell: '1h' }],
        ...piece,
      };
      const read = resourceSchema.safeParse({
        apiVersion: 'ombre.dev/v1',
        kind: 'Release',
        metadata: { name: 'r' },
        spec,
      });
      expect(read.error?.issues ?? []).toEqual([]);
    }
  });
});
