import type { ReleaseView } from '@ombre/protocol';
import type { Terminal } from '../../terminal.ts';

/** Noon of a day, here. */
export const NOON: number = new Date(2026, 10, 21, 12, 0, 0).getTime();

/** A terminal that keeps what it is told. */
export function fakeTerminal(
  more: Partial<Terminal> = {},
): Terminal & { readonly said: () => string; readonly complained: () => string } {
  let out = '';
  let err = '';
  return {
    said: () => out,
    complained: () => err,
    out(text) {
      out += text;
    },
    err(text) {
      err += text;
    },
    env: { OMBRE_AUTHOR: 'ann' },
    cwd: '/',
    interactive: false,
    colour: false,
    ask: () => Promise.reject(new Error('nobody is here')),
    ...more,
  };
}

/** A release half-way up. */
export const climbing: ReleaseView = {
  name: 'submit-v2',
  flag: 'submit-service',
  from: 'v1',
  to: 'v2',
  origin: 'files',
  phase: 'dwelling',
  attempt: 1,
  ladder: [
    {
      name: 'developer',
      when: 'inSegment("staff")',
      share: 1,
      dwell: '6s',
      gate: 'approval',
      reached: true,
      current: 1,
    },
    { name: 'region', when: 'geo.region == "CN"', share: 0.9, dwell: '12s', reached: true, current: 0.9 },
    { name: 'full', share: 1, dwell: '12s', reached: false },
  ],
  at: { level: 'region', share: 0.9, held: 9_000, dwell: 12_000, longest: 120_000, remaining: 3_000 },
  epoch: 2,
  revision: 9,
  health: {
    verdict: 'good',
    evidence: [
      {
        guard: 'errorRate',
        source: 'counters',
        verdict: 'good',
        sentence: '0.31 % of 1200 requests failed, surely below 5 %',
        numbers: { limit: 0.05, rate: 0.0031 },
        window: { from: NOON - 9_000, to: NOON },
        requests: 1200,
        units: 410,
        series: [],
      },
    ],
  },
  receivers: { live: 3, activated: 3 },
  traffic: {
    treatment: { requestsPerSecond: 81.4, errorRate: 0.0031 },
    control: { requestsPerSecond: 9, errorRate: null },
  },
  events: [
    { number: 1, at: NOON - 20_000, kind: 'started', text: 'Goes to level developer at 100 %.' },
    { number: 2, at: NOON - 12_000, kind: 'level', text: 'Goes to level region at 90 %.' },
  ],
  version: 14,
};

const { at: _, ...standing } = climbing;

/** The same, caught and returned. */
export const returned: ReleaseView = {
  ...standing,
  phase: 'rolled-back',
  epoch: 3,
  revision: 10,
  ladder: climbing.ladder.map(({ current: __, ...level }) => ({ ...level, reached: false })),
  rollback: {
    cause: 'guard',
    why: '9.8 % of 163 requests failed, surely above 2 %',
    by: 'guards',
    evidence: [
      {
        guard: 'errorRate',
        source: 'counters',
        verdict: 'bad',
        sentence: '9.8 % of 163 requests failed, surely above 2 %',
        numbers: { limit: 0.02 },
        window: { from: NOON - 3_000, to: NOON - 400 },
        requests: 163,
        units: 61,
        series: [],
      },
    ],
    faultAt: NOON - 3_000,
    detectedAt: NOON - 400,
    decidedAt: NOON - 400,
    placedAt: NOON - 390,
    activatedAt: NOON - 150,
    drainedAt: NOON,
    stood: [
      { level: 'developer', share: 1 },
      { level: 'region', share: 0.9 },
    ],
    blast: { requests: 3_200, treated: 163, units: 61, bad: 16, expected: 1 },
    parts: { detection: 2_600, decision: 0, propagation: 250, drain: 150 },
    sentence: 'Taken back: …',
  },
  events: [
    ...climbing.events,
    { number: 3, at: NOON - 400, kind: 'rolling-back', text: 'Goes back: 9.8 % …', alert: true },
    { number: 4, at: NOON, kind: 'rolled-back', text: 'Taken back: 9.8 % …' },
  ],
};
