import { describe, expect, test } from 'vitest';
import { type CircuitReport, circuitEvidence, type SeenCircuit } from './circuits.ts';
import { createLedger } from './ledger.ts';

const spec = { flag: 'f', from: 'old', to: 'new' };
const NOW = 10_000;
const around = { errorRate: 0.004, since: 1_000 };

function circuit(
  variant: string,
  state: CircuitReport['state'],
  more: Partial<SeenCircuit> = {},
): SeenCircuit {
  const opened = state === 'open' ? { opened: 9_000 } : {};
  return { source: 'g', flag: 'f', variant, upstream: `${variant}-up`, state, ...opened, ...more };
}

const verdict = (
  circuits: readonly SeenCircuit[],
  more: Partial<typeof around> | { errorRate: null } | { failedAlike: number } = {},
) => circuitEvidence(spec, circuits, { ...around, ...more }, NOW).map((one) => one.verdict);

describe('an open circuit', () => {
  test('of the new version alone is bad, says where, and since when', () => {
    const [evidence] = circuitEvidence(spec, [circuit('new', 'open'), circuit('old', 'closed')], around, NOW);
    expect(evidence).toMatchObject({
      guard: 'breaker new-up',
      source: 'breaker',
      verdict: 'bad',
      sentence: 'the circuit of new-up is open at g, that of old-up is closed',
      window: { from: 9_000, to: NOW },
      numbers: { gateways: 1, open: 1, control: 0.004 },
    });
  });

  test('beside an open one of the old version is unknown: the cause is shared, at whatever gateway', () => {
    expect(verdict([circuit('new', 'open'), circuit('old', 'open')])).toEqual(['unknown']);
    expect(verdict([circuit('new', 'open'), circuit('old', 'half-open')])).toEqual(['unknown']);
    const elsewhere = [circuit('new', 'closed', { source: 'g2' }), circuit('old', 'open', { source: 'g2' })];
    expect(verdict([circuit('new', 'open'), circuit('old', 'closed'), ...elsewhere])).toEqual(['unknown']);
  });

  test('is unknown while the old version fails alike, though its circuit has not opened yet', () => {
    const pair = [circuit('new', 'open'), circuit('old', 'closed')];
    expect(verdict(pair, { errorRate: 0.4 })).toEqual(['unknown']);
    expect(verdict(pair, { errorRate: null })).toEqual(['bad']);
  });

  test('stays unknown until it closes where the old version failed too when it opened, though that is well again', () => {
    const pair = [circuit('new', 'open'), circuit('old', 'closed')];
    expect(verdict(pair, { failedAlike: 9_250 })).toEqual(['unknown']);
    expect(verdict(pair, { failedAlike: 8_750 })).toEqual(['bad']);
  });

  test('is no evidence where it is not known how the old version stands, or both go to one upstream', () => {
    expect(verdict([circuit('new', 'open')])).toEqual([]);
    expect(verdict([circuit('new', 'open'), circuit('old', 'closed', { source: 'g2' })])).toEqual([]);
    expect(verdict([circuit('new', 'open'), circuit('old', 'closed', { upstream: 'new-up' })])).toEqual([]);
    expect(verdict([circuit('new', 'open', { flag: 'x' }), circuit('old', 'closed')])).toEqual([]);
  });

  test('that opened before this climb, or before anybody looked, says nothing of it', () => {
    const others = circuit('old', 'closed');
    expect(verdict([circuit('new', 'open', { opened: 900 }), others])).toEqual([]);
    const { opened: _, ...unseen } = circuit('new', 'open');
    expect(verdict([unseen, others])).toEqual([]);
  });

  test('that is being probed is undecided, a closed one nothing', () => {
    expect(verdict([circuit('new', 'half-open'), circuit('old', 'closed')])).toEqual(['undecided']);
    expect(verdict([circuit('new', 'closed'), circuit('old', 'closed')])).toEqual([]);
    expect(verdict([circuit('new', 'closed'), circuit('old', 'open')])).toEqual([]);
  });
});

describe('the ledger', () => {
  const head = { source: 'g', boot: 'b', full: true, limits: {}, rows: [] };
  const of = (state: CircuitReport['state']) => [
    { flag: 'f', variant: 'new', upstream: 'new-up', state } as const,
  ];

  test('remembers when a circuit was seen to open, each time anew', () => {
    const ledger = createLedger();
    const states = ['closed', 'open', 'open', 'half-open', 'open'] as const;
    const opened = states.map((state, index) => {
      ledger.take({ ...head, sequence: index + 1, circuits: of(state) }, 250 * index);
      return ledger.circuits(250 * index)[0]?.opened;
    });
    expect(opened).toEqual([undefined, 250, 250, undefined, 1_000]);
  });

  test('does not take one that was open when first heard of for one that just opened', () => {
    const ledger = createLedger();
    ledger.take({ ...head, sequence: 1, circuits: of('open') }, 0);
    ledger.take({ ...head, sequence: 2, circuits: of('open') }, 250);
    expect(ledger.circuits(250)).toEqual([{ source: 'g', ...of('open')[0] }]);
  });

  test('forgets those of a gateway that is silent or gone', () => {
    const ledger = createLedger();
    ledger.take({ ...head, sequence: 1, circuits: of('closed') }, 0);
    expect(ledger.circuits(2_000)).toHaveLength(1);
    expect(ledger.circuits(2_001)).toEqual([]);
    ledger.leave('g');
    expect(ledger.circuits(0)).toEqual([]);
  });
});
