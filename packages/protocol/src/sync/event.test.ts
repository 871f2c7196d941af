import type { SignedHead } from '@ombre/decide';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventParser } from '../event-stream/parse.ts';
import { deltaAt, formatSyncEvent, parseSyncEvent, type SyncEvent, type WireDelta } from './event.ts';

const head: SignedHead = {
  head: {
    environment: 'judge/production',
    lineage: '9f86d081884c7d65',
    revision: 42,
    digest: 'ab'.repeat(32),
  },
  issued: 1_795_000_000_000,
  expires: 1_795_000_060_000,
  key: '0123456789abcdef',
  signature: 'S'.repeat(86),
};
const delta: WireDelta = {
  from: 41,
  head: head.head,
  requires: ['Enricher/geo'],
  put: ['Flag/a\t\t{"x":"é\\n\\"\u2028"}\n', 'Override/a\tFlag/a\t{"kill":{}}\n'],
  remove: ['Flag/old'],
  ids: [{ segment: 'beta', list: 'ids', add: ['u1'], remove: ['u2'] }],
};

function roundTrip(event: SyncEvent): unknown {
  const [received] = createEventParser().push(formatSyncEvent(event));
  return parseSyncEvent(received!, 'judge/production');
}

describe('a sync event', () => {
  test('arrives as it was sent', () => {
    const events: SyncEvent[] = [
      { type: 'head', head, heartbeat: 10_000 },
      { type: 'resync', head, heartbeat: 10_000, within: 2_000 },
      { type: 'heartbeat', revision: 42 },
      { type: 'delta', head, delta },
      { type: 'delta', head, delta: { ...delta, requires: [], put: [], remove: [], ids: [] } },
      { type: 'prepare', id: 'c1', version: 2, delta },
      { type: 'commit', id: 'c1', version: 2, head },
      { type: 'abort', id: 'c1' },
    ];
    for (const event of events) expect(roundTrip(event)).toEqual({ ok: true, event });
  });

  test('carries the lines of the snapshot without escapes and little else (C3)', () => {
    const rules = [{ id: 'a', when: 'user.tier == "L5"' }];
    const lines = [`Flag/price\tSegment/beta\t${JSON.stringify({ rules })}\n`, 'Override/a\t\t{"kill":{}}\n'];
    for (const line of lines) {
      const small = { ...delta, requires: [], put: [line], remove: [], ids: [] };
      const text = formatSyncEvent({ type: 'delta', head, delta: small });
      expect(text).toContain(`data: ${line}`);
      expect(text.length).toBeLessThanOrEqual(1.5 * line.length + 300);
    }
  });

  test('has an id only where it moves a receiver', () => {
    expect(formatSyncEvent({ type: 'delta', head, delta })).toContain('\nid: 9f86d081884c7d65:42\n');
    expect(formatSyncEvent({ type: 'head', head, heartbeat: 1 })).not.toContain('id:');
    expect(formatSyncEvent({ type: 'heartbeat', revision: 1 })).not.toContain('id:');
    expect(formatSyncEvent({ type: 'prepare', id: 'c1', version: 1, delta })).not.toContain('\nid:');
    expect(formatSyncEvent({ type: 'commit', id: 'c1', version: 1, head })).not.toContain('\nid:');
  });

  test('of a newer server is unknown, not malformed', () => {
    const received = { event: 'promise', id: undefined, data: '{}' };
    expect(parseSyncEvent(received, 'judge/production')).toEqual({ ok: false, code: 'UNKNOWN' });
  });

  test('that is damaged is malformed, whatever it holds', () => {
    const names = fc.constantFrom('head', 'resync', 'heartbeat', 'delta', 'prepare', 'commit', 'abort');
    const ids = fc.option(fc.constantFrom('l:1', 'l', ':', 'l:-1'), { nil: undefined });
    fc.assert(
      fc.property(names, ids, fc.oneof(fc.string(), fc.json()), (event, id, data) => {
        const parsed = parseSyncEvent({ event, id, data }, 'judge/production');
        if (!parsed.ok) expect(parsed.code).toBe('MALFORMED');
      }),
    );
    for (const data of [
      '{"from":-1}',
      '{"from":1.5}',
      '[]',
      'null',
      '{"heartbeat":1,"head":{"head":null}}',
    ]) {
      expect(parseSyncEvent({ event: 'head', id: undefined, data }, 'e').ok).toBe(false);
      expect(parseSyncEvent({ event: 'delta', id: 'l:2', data }, 'e').ok).toBe(false);
    }
  });

  test('names its base by revision, which the receiver completes with its own digest', () => {
    const at = { ...head.head, revision: 41, digest: 'cd'.repeat(32) };
    expect(deltaAt(delta, at).from).toEqual({ lineage: at.lineage, revision: 41, digest: at.digest });
  });
});
