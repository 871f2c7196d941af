import { bandsOf, cutOf } from '@ombre/decide/model';
import { describe, expect, test } from 'vitest';
import type { CountersReport, CountersReportRow } from './counters-report.ts';
import { createLedger } from './ledger.ts';
import type { ArmTally } from './tally.ts';

function row(more: Partial<CountersReportRow> = {}): CountersReportRow {
  const counts = { requests: 10, failures: 1, slow: [2], latencySum: 500, open: 0, units: 3 };
  const place = { flag: 'f', rule: null, release: 'r', level: 'some', arm: 'treatment', epoch: 1 } as const;
  return { ...place, variant: 'new', bucket: 5, ...counts, ...more };
}

function report(more: Partial<CountersReport> = {}): CountersReport {
  const head = { source: 'g1', boot: 'b1', sequence: 1, full: true, limits: { r: [1200] } };
  return { ...head, rows: [row()], ...more };
}

const treated = (ledger: ReturnType<typeof createLedger>, now = 0, epoch = 1) =>
  ledger.tally('r', epoch, now).levels.some?.treatment;

describe('the ledger', () => {
  test('adds gateways up and takes cumulative counts once', () => {
    const ledger = createLedger();
    expect(ledger.take(report(), 0)).toEqual({ resend: false });
    ledger.take(report({ source: 'g2' }), 0);
    ledger.take(report({ sequence: 2, full: false, rows: [row({ requests: 14, failures: 2 })] }), 250);
    const arm = treated(ledger, 250)!;
    expect([arm.ended[5], arm.failures[5], arm.slow[0]![5], arm.units]).toEqual([24, 3, 4, 6]);
  });

  test('leaves out of an arm what an open circuit did not permit, and counts it among who was hurt', () => {
    const ledger = createLedger();
    ledger.take(report({ rows: [row({ requests: 100, failures: 60, notPermitted: 58 })] }), 0);
    const arm = treated(ledger)!;
    expect([arm.ended[5], arm.failures[5]]).toEqual([42, 2]);
    expect(ledger.tally('r', 1, 0).climb.treated).toMatchObject({ ended: 100, failures: 60 });
  });

  test('changes nothing when a report comes twice or late', () => {
    const ledger = createLedger();
    ledger.take(report(), 0);
    ledger.take(report({ sequence: 2, full: false, rows: [row({ requests: 20 })] }), 250);
    const before = ledger.tally('r', 1, 250);
    ledger.take(report({ sequence: 2, full: false, rows: [row({ requests: 20 })] }), 251);
    ledger.take(report(), 252);
    expect(ledger.tally('r', 1, 250)).toEqual(before);
  });

  test('asks for everything after a gap and knows nothing for sure until it has it', () => {
    const ledger = createLedger();
    ledger.take(report(), 0);
    expect(ledger.take(report({ sequence: 4, full: false, rows: [] }), 750)).toEqual({ resend: true });
    expect(ledger.tally('r', 1, 750).missing).toEqual([{ source: 'g1', why: 'gap', since: 750 }]);
    expect(ledger.take(report({ sequence: 5, full: false, rows: [] }), 1000)).toEqual({ resend: true });
    expect(ledger.take(report({ sequence: 6, rows: [row({ requests: 30 })] }), 1250)).toEqual({
      resend: false,
    });
    expect(ledger.tally('r', 1, 1250).missing).toEqual([]);
    expect(treated(ledger)!.ended[5]).toBe(30);
  });

  test('counts a climb from its first move, and what is still open of all of them', () => {
    const ledger = createLedger();
    const waiting = { epoch: 0, level: null, arm: 'none', variant: 'old' } as const;
    ledger.take(
      report({ rows: [row(waiting), row({ open: 2 }), row({ epoch: 3, requests: 7, slow: [1] })] }),
      0,
    );
    expect(ledger.tally('r', 3, 0).climb).toMatchObject({ requests: 17, treated: { begun: 17, open: 2 } });
    const { climb } = ledger.tally('r', 3, 0, 2);
    expect(climb).toMatchObject({ requests: 7, rest: { ended: 0 } });
    expect(climb.treated).toEqual({ begun: 7, open: 2, ended: 7, failures: 1, slow: [1], units: 3 });
  });

  test('counts users no level holds for by themselves, and forgets them with their epoch', () => {
    const ledger = createLedger();
    const nobody = { level: null, arm: 'none', variant: 'old' } as const;
    ledger.take(report({ rows: [row(), row(nobody), row({ ...nobody, level: 'some' })] }), 0);
    const { outside, climb } = ledger.tally('r', 1, 0);
    expect([outside?.ended[5], outside?.failures[5], outside?.slow[0]?.[5], outside?.units]).toEqual([
      10, 1, 2, 3,
    ]);
    expect(climb.rest).toMatchObject({ ended: 20, failures: 2 });
    expect(climb.control).toMatchObject({ ended: 0, failures: 0 });
    expect(ledger.tally('r', 2, 0).outside).toBeUndefined();
  });

  test('counts ahead by level and band over all epochs of a first climb, and as outside too', () => {
    const ledger = createLedger();
    const ladder = [{ name: 'next', share: 0.4, dwell: '1m', steps: [{ share: 0.1, dwell: '1m' }] }];
    const cut = cutOf(bandsOf(ladder, 0));
    const just = { level: null, arm: 'none', variant: 'old' } as const;
    const ahead = (from: number, below: number, more: Partial<CountersReportRow> = {}) =>
      row({ ...just, ahead: { level: 'next', from, below, cut }, ...more });
    const first = (more: Partial<CountersReportRow>) => ahead(0, 100_000, more);
    const third = (more?: Partial<CountersReportRow>) => ahead(200_000, 400_000, more);
    const rows = [first({ epoch: 0 }), first({ open: 4 }), third({ requests: 7, slow: [3] })];
    ledger.take(report({ rows }), 0);
    ledger.take(report({ source: 'g2', rows: [third(), row(just)] }), 0);
    const tally = ledger.tally('r', 1, 0, 0, ladder);
    const at5 = (arm?: ArmTally) => [arm?.ended[5], arm?.failures[5], arm?.slow[0]?.[5], arm?.units];
    expect(tally.ahead?.map(({ level, from, below, counts }) => [level, from, below, at5(counts)])).toEqual([
      ['next', 0, 100_000, [16, 2, 4, 6]],
      ['next', 200_000, 400_000, [17, 2, 5, 6]],
    ]);
    expect(at5(tally.outside)).toEqual([33, 4, 9, 12]);
    expect(tally.climb.rest).toMatchObject({ ended: 33, failures: 4 });

    // Bands of one place and bucket are rows of their own; the same row again only grows.
    ledger.take(report({ sequence: 2, full: false, rows: [first({ requests: 15, open: 4 })] }), 250);
    const firstBand = (epoch: number, since = 0, steps = ladder) =>
      ledger.tally('r', epoch, 500, since, steps).ahead?.[0]?.counts.ended[5];
    expect(firstBand(1)).toBe(21);
    // What was in flight when a gateway died is over; epochs past count on.
    ledger.take(report({ boot: 'b2', rows: [] }), 500);
    expect(firstBand(7)).toBe(25);
    expect(ledger.tally('r', 7, 500)).not.toHaveProperty('outside');
    // A climb before gave the bands different pasts; another ladder has other bands, though some are the same.
    expect(firstBand(7, 3)).toBeUndefined();
    expect(firstBand(7, 0, [{ ...ladder[0]!, share: 0.3 }])).toBeUndefined();
    ledger.drop('r');
    expect(firstBand(7)).toBeUndefined();
  });

  test('waits for no gateway that routes by another flag', () => {
    const ledger = createLedger();
    ledger.take(report(), 3_000);
    ledger.take(report({ source: 'other', limits: { elsewhere: [800] }, rows: [] }), 0);
    expect(ledger.tally('r', 1, 3_000)).toMatchObject({ sources: 1, missing: [], limits: [1200] });
    expect(ledger.tally('elsewhere', 1, 3_000).missing).toEqual([
      { source: 'other', why: 'silent', since: 0 },
    ]);
  });

  test('asks a gateway it has not met for everything', () => {
    expect(createLedger().take(report({ sequence: 9, full: false }), 0)).toEqual({ resend: true });
  });

  test('keeps what a gateway counted before it was started again, and closes what was in flight', () => {
    const ledger = createLedger();
    ledger.take(report({ rows: [row({ open: 4 })] }), 0);
    expect(treated(ledger)!.ended[5]).toBe(6);
    expect(ledger.tally('r', 1, 0).climb.treated.open).toBe(4);
    ledger.take(report({ boot: 'b2', rows: [row({ requests: 1, failures: 0 })] }), 5000);
    expect(treated(ledger)!.ended[5]).toBe(11);
    expect(ledger.tally('r', 1, 5000).climb.treated).toMatchObject({ begun: 11, open: 0, failures: 1 });
  });

  test('waits for a silent gateway until it is known to be gone', () => {
    const ledger = createLedger();
    ledger.take(report(), 0);
    expect(ledger.tally('r', 1, 1900).missing).toEqual([]);
    expect(ledger.tally('r', 1, 2500).missing).toEqual([{ source: 'g1', why: 'silent', since: 0 }]);
    ledger.leave('g1');
    expect(ledger.tally('r', 1, 2500)).toMatchObject({ sources: 0, missing: [] });
    expect(treated(ledger)!.ended[5]).toBe(10);
    ledger.take(report({ sequence: 2, full: false, rows: [] }), 9000);
    expect(ledger.tally('r', 1, 9000).sources).toBe(1);
  });

  test('tells epochs and levels apart, and the climb as a whole', () => {
    const ledger = createLedger();
    const rows = [
      row({ epoch: 1 }),
      row({ epoch: 2, requests: 7 }),
      row({ epoch: 2, arm: 'control', requests: 9, failures: 3 }),
      row({ epoch: 2, arm: 'none', level: null, requests: 100, failures: 0 }),
      row({ release: 'other', epoch: 2, requests: 1000 }),
    ];
    ledger.take(report({ rows }), 0);
    const tally = ledger.tally('r', 2, 0);
    expect(tally.levels.some!.treatment.ended[5]).toBe(7);
    expect(tally.levels.some!.control.failures[5]).toBe(3);
    expect(tally.climb).toMatchObject({
      treated: { begun: 17 },
      control: { ended: 9, failures: 3 },
      requests: 126,
    });
  });

  test('knows only limits that every gateway counts', () => {
    const ledger = createLedger();
    ledger.take(report(), 0);
    expect(ledger.tally('r', 1, 0).limits).toEqual([1200]);
    ledger.take(report({ source: 'g2', limits: { r: [800] } }), 0);
    expect(ledger.tally('r', 1, 0).limits).toEqual([]);
  });

  test('forgets a release that is over', () => {
    const ledger = createLedger();
    ledger.take(report(), 0);
    ledger.drop('r');
    expect(ledger.tally('r', 1, 0)).toMatchObject({ levels: {}, climb: { requests: 0 } });
  });
});
