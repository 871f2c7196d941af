import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { LONGEST_KILL } from '@ombre/carry';
import { decodeEntries } from '@ombre/decide';
import { beforeEach, describe, expect, test } from 'vitest';
import { asked, ENVIRONMENT, flag, openTestControl, type TestControl } from './control.suite.ts';

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
  await control.files([flag('a'), flag('b')]);
});

/** What the snapshot says lies over a flag. */
function overrideOf(name: string): unknown {
  const entries = decodeEntries(control.views.encoded(ENVIRONMENT)!);
  return entries.find((entry) => entry.kind === 'Override' && entry.name === name)?.body;
}
const kill = (more: { until?: number } | null = {}, name = 'a') =>
  control.commands.override({ ...asked, flag: name, kill: more });
const target = (unit: string, variant: string | null, until?: number) =>
  control.commands.override({
    ...asked,
    flag: 'a',
    target: { unit, variant, ...(until === undefined ? {} : { until }) },
  });

describe('an override', () => {
  test('reaches the snapshot in one audited revision, with who, why and end', async () => {
    const until = control.clock.now() + 1_000;
    expect(await kill({ until })).toMatchObject({ ok: true, revision: 3, changed: true });
    expect(overrideOf('a')).toEqual({ kill: { until } });
    expect(await control.views.change(ENVIRONMENT, 3)).toMatchObject({
      action: 'override',
      author: 'ada',
      why: 'because',
      names: ['Override/a'],
      diff: [{ key: 'Override/a', change: 'added', paths: [{ path: 'kill', to: { by: 'ada', until } }] }],
    });
    expect(control.views.overrides(ENVIRONMENT)).toMatchObject([
      { kind: 'kill', flag: 'a', by: 'ada', until },
    ]);
  });

  test('for a unit lies beside others and a kill, and is lifted alone', async () => {
    await target('u1', 'v2');
    await target('__proto__', 'v2');
    await kill();
    expect(overrideOf('a')).toEqual(
      JSON.parse('{"kill":{},"targets":{"u1":{"variant":"v2"},"__proto__":{"variant":"v2"}}}'),
    );
    await target('u1', null);
    await kill(null);
    await target('__proto__', null);
    expect(overrideOf('a')).toBeUndefined();
    expect(control.views.overrides(ENVIRONMENT)).toEqual([]);
  });

  test('that lies there already makes no revision, nor does lifting what does not', async () => {
    await kill();
    expect(await kill()).toMatchObject({ changed: false, revision: 3 });
    expect(await kill(null, 'b')).toMatchObject({ changed: false });
    expect(await kill({ until: control.clock.now() + 5 })).toMatchObject({ changed: true });
  });

  test('is refused for a flag or variant that does not exist, or an end that is past', async () => {
    expect(await kill({}, 'none')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await target('u1', 'v9')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await target('u1', 'toString')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await kill({ until: control.clock.now() })).toMatchObject({ code: 'EXPIRED' });
  });

  test('outlives applies, also the deletion and return of its flag', async () => {
    await kill();
    await control.files([flag('b')]);
    expect(overrideOf('a')).toBeUndefined();
    expect(await kill(null)).toMatchObject({ ok: true, changed: true });
    await control.files([flag('a'), flag('b')]);
    await kill();
    await control.files([]);
    await control.files([flag('a')]);
    expect(overrideOf('a')).toEqual({ kill: {} });
  });

  test('rests while its variant is gone, and the apply that removes it says so', async () => {
    await target('u1', 'v2');
    const result = await control.files([flag('a', { variants: { v1: 'one', v3: 'three' } })]);
    expect(result.ok && result.issues.map(({ code }) => code)).toContain('TARGET_WITHOUT_VARIANT');
    expect(overrideOf('a')).toBeUndefined();
    await control.files([flag('a')]);
    expect(overrideOf('a')).toEqual({ targets: { u1: { variant: 'v2' } } });
  });

  test('whose time ran out is lifted by one audited change', async () => {
    const { clock } = control;
    await kill({ until: clock.now() + 100 });
    await target('u1', 'v2', clock.now() + 200);
    await target('u2', 'v2');
    expect(control.views.nextExpiry(ENVIRONMENT)).toBe(clock.now() + 100);
    expect(await control.commands.expire(ENVIRONMENT)).toMatchObject({ ok: true, changed: false });
    clock.advance(200);
    expect(await control.commands.expire(ENVIRONMENT)).toMatchObject({
      ok: true,
      changed: true,
      revision: 6,
    });
    expect(await control.views.change(ENVIRONMENT, 6)).toMatchObject({ action: 'expire', author: 'ombre' });
    expect(overrideOf('a')).toEqual({ targets: { u2: { variant: 'v2' } } });
    expect(control.views.nextExpiry(ENVIRONMENT)).toBeUndefined();
  });
});

describe('break-glass', () => {
  function signed(more: Record<string, unknown> = {}, key = control.breakGlassKey) {
    const issued = control.clock.now();
    const payload = JSON.stringify({
      environment: ENVIRONMENT,
      lineage: 'lineage-1',
      flag: 'a',
      by: 'grace',
      why: 'the store is away',
      issued,
      expires: issued + 60_000,
      id: 'abcdefgh',
      ...more,
    });
    const signature = sign(null, Buffer.from(payload), createPrivateKey(key)).toString('base64url');
    return { environment: ENVIRONMENT, payload, signature };
  }

  test('the private half is handed out once, and its public half is known', async () => {
    expect(control.breakGlassKey).toContain('PRIVATE KEY');
    expect(await control.commands.init(asked)).toEqual({ created: false });
    expect(control.views.breakGlassKey(ENVIRONMENT)).toMatch(/^[\w-]{59}$/);
  });

  test('a signed kill becomes one audited change, however often it is handed in', async () => {
    const input = signed();
    expect(await control.commands.breakGlass(input)).toMatchObject({ ok: true, changed: true, revision: 3 });
    expect(await control.commands.breakGlass(input)).toMatchObject({ ok: true, changed: false, revision: 3 });
    expect(overrideOf('a')).toEqual({ kill: { until: control.clock.now() + 60_000 } });
    const change = await control.views.change(ENVIRONMENT, 3);
    expect(change).toMatchObject({ action: 'break-glass', author: 'grace', why: 'the store is away' });
    expect(change?.facts).toMatchObject({ payload: input.payload, signature: input.signature });
  });

  test('outlives the next apply, is lifted like any kill, and does not come back when handed in again', async () => {
    const input = signed();
    await control.commands.breakGlass(input);
    await control.files([flag('a', { default: 'v2' }), flag('b')]);
    expect(overrideOf('a')).toBeDefined();
    await kill(null);
    expect(await control.commands.breakGlass(input)).toMatchObject({ ok: true, changed: false });
    expect(overrideOf('a')).toBeUndefined();
  });

  test('refuses another key, other content, another environment or lineage, too long a time, and the past', async () => {
    const other = generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const now = control.clock.now();
    const refused = async (input: ReturnType<typeof signed>) => {
      const result = await control.commands.breakGlass(input);
      return result.ok ? 'accepted' : result.code;
    };
    expect(await refused(signed({}, other))).toBe('SIGNATURE_INVALID');
    expect(await refused({ ...signed(), payload: signed().payload.replace('"a"', '"b"') })).toBe(
      'SIGNATURE_INVALID',
    );
    expect(await refused({ ...signed(), signature: '' })).toBe('SIGNATURE_INVALID');
    expect(await refused(signed({ environment: 'judge/staging' }))).toBe('SIGNATURE_INVALID');
    expect(await refused(signed({ lineage: 'lineage-9' }))).toBe('SIGNATURE_INVALID');
    expect(await refused(signed({ expires: now + LONGEST_KILL + 1 }))).toBe('SIGNATURE_INVALID');
    expect(await refused(signed({ extra: 1 }))).toBe('SIGNATURE_INVALID');
    expect(await refused(signed({ issued: now - 1_000, expires: now }))).toBe('EXPIRED');
    expect(control.views.overrides(ENVIRONMENT)).toEqual([]);
  });
});
