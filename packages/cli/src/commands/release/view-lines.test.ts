import { describe, expect, test } from 'vitest';
import { viewLines } from './view-lines.ts';
import { climbing, fakeTerminal, NOON, returned } from './views.suite.ts';

const lines = (view: typeof climbing): string => viewLines(fakeTerminal(), view, NOON, 20).join('\n');

describe('a release as people read it', () => {
  test('half-way up shows the ladder with the hold, what each guard says, and the traffic of both arms', () => {
    expect(lines(climbing)).toMatchInlineSnapshot(`
      "submit-v2  submit-service v1 → v2  dwelling at region, 90 %, epoch 2 at revision 9

        LEVEL      WHO                 SHARE  HOLD
      ✓ developer  inSegment("staff")  100 %  6s, after approval
      ▸ region     geo.region == "CN"  90 %   ████████████░░░░ 9 s of 12 s
        full       everybody           100 %  12s

      health     good
                 • errorRate: 0.31 % of 1200 requests failed, surely below 5 %
      traffic    v2 81.4 requests/s, 0.31 % failed; control 9 requests/s
      receivers  all 3 have the last move

      11:59:40  started       Goes to level developer at 100 %.
      11:59:48  level         Goes to level region at 90 %."
    `);
  });

  test('says which step it waits for, and how often that was asked', () => {
    const step = { level: 'region', name: 'seats', action: 'do', tries: 3 } as const;
    expect(lines({ ...climbing, phase: 'waiting', step })).toContain(
      'waiting: asks seats of region to do, try 3',
    );
  });

  test('says what keeps the control plane from working, and for how long nothing moves', () => {
    const halted = { since: NOON - 90_000, why: 'The disk is full.' };
    expect(lines({ ...climbing, halted })).toContain(
      'nothing has moved for 90 s, since the control plane cannot work: The disk is full.',
    );
  });

  test('says of a completed release that nobody watches its health any more', () => {
    const health = { verdict: 'good', evidence: [] } as const;
    expect(lines({ ...climbing, phase: 'completed', health })).toContain('health     no longer watched');
  });

  test('says what may be done where there was too little data for too long', () => {
    const frozen = { causes: ['undecided'], from: 'dwelling', since: NOON } as const;
    expect(lines({ ...climbing, phase: 'frozen', frozen })).toContain(
      'next: ombre release resume submit-v2 to hold it anew, or promote, or abort',
    );
  });

  test('says which level was taken back alone', () => {
    const [first, ...others] = climbing.ladder;
    const ladder = [{ ...first!, returned: true as const }, ...others];
    expect(lines({ ...climbing, ladder })).toContain(
      '↩ developer  inSegment("staff")  100 %  taken back alone',
    );
  });

  test('taken back says why, for whom, how long each part took and who was hurt', () => {
    expect(lines(returned)).toMatchInlineSnapshot(`
      "submit-v2  submit-service v1 → v2  rolled-back, epoch 3 at revision 10

        LEVEL      WHO                 SHARE  HOLD
        developer  inSegment("staff")  100 %  6s, after approval
        region     geo.region == "CN"  90 %   12s
        full       everybody           100 %  12s

      Taken back at 11:59:59
        why        9.8 % of 163 requests failed, surely above 2 %
        decided    by guards: errorRate of counters, over 2.6 s
        for whom   those with v2 of submit-service: developer at 100 % of inSegment("staff"), region at 90 % of geo.region == "CN"
        took       3 s from the fault until the last request on it: detection 2.6 s, decision 0 s, propagation 0.25 s, drain 0.15 s
        hurt       15 bad responses beyond control's rate, 0.469 % of all 3200 requests of the climb; 163 requests of 61 units had the change

      11:59:40  started       Goes to level developer at 100 %.
      11:59:48  level         Goes to level region at 90 %.
      11:59:59  rolling-back  Goes back: 9.8 % …
      12:00:00  rolled-back   Taken back: 9.8 % …
      next: mend it, then ombre release resume submit-v2"
    `);
  });

  test('says what a person may do where it waits for one', () => {
    const { at: _, ...standing } = climbing;
    expect(lines({ ...standing, phase: 'waiting', waiting: { level: 'full', gate: 'approval' } })).toMatch(
      /waiting for approval before full[\s\S]*next: ombre release approve submit-v2$/,
    );
    const frozen = { causes: ['unknown', 'paused'] as const, from: 'dwelling' as const, since: NOON - 5_000 };
    expect(lines({ ...climbing, phase: 'frozen', frozen })).toMatch(
      /frozen \(unknown, paused\) for 5 s[\s\S]*next: ombre release resume submit-v2/,
    );
    expect(lines({ ...climbing, phase: 'frozen', frozen: { ...frozen, causes: ['unknown'] } })).not.toContain(
      'next:',
    );
    expect(lines({ ...standing, phase: 'completed' })).toContain('next: ombre release land submit-v2');
  });

  test('prints the edits that retire it where its flag belongs to files', () => {
    const { at: _, ...standing } = climbing;
    const landing = [
      { resource: 'Flag/submit-service', sentence: 'Edit submit-service.yaml:', diff: '-  v1\n+  v2\n' },
    ];
    expect(lines({ ...standing, phase: 'completed', landing })).toContain(
      'Edit submit-service.yaml:\n  -  v1\n  +  v2\n',
    );
  });

  test('keeps to the newest lines of its log', () => {
    const text = viewLines(fakeTerminal(), returned, NOON, 1).join('\n');
    expect(text).toContain('rolled-back   Taken back');
    expect(text).not.toContain('Goes to level developer');
  });
});
