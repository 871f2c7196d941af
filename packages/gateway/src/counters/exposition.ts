import type { CounterRow } from '@ombre/protocol';
import type { Group } from './tally.ts';

/** What Prometheus reads of an upstream. */
export interface UpstreamReading {
  readonly name: string;
  /** Undefined: breaking is off. */
  readonly breaker: 'closed' | 'open' | 'half-open' | undefined;
}

export interface Reading {
  readonly groups: readonly Group[];
  readonly upstreams: readonly UpstreamReading[];
  readonly revision: number | undefined;
  readonly stale: boolean;
  /** Milliseconds the process stood still. */
  readonly stalled: number;
}

type Summed = Pick<CounterRow, 'requests' | 'failures' | 'notPermitted' | 'open'>;
type Labels = Readonly<Record<string, string | number | null>>;

/** Metrics in the text format of Prometheus (0.0.4). Sub-buckets and bands are added up; labels without a value are empty. */
export function exposition({ groups, upstreams, revision, stale, stalled }: Reading): string {
  const lines: string[] = [];
  const family = (name: string, type: string, help: string): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  };
  const sample = (name: string, labels: Labels, value: number): void => {
    const text = Object.entries(labels).map(([key, one]) => `${key}="${escapeLabel(String(one ?? ''))}"`);
    lines.push(`${name}${text.length === 0 ? '' : `{${text.join(',')}}`} ${value}`);
  };
  const sums: readonly [string, string, string, keyof Summed][] = [
    ['ombre_gateway_requests_total', 'counter', 'Requests begun, by outcome.', 'requests'],
    ['ombre_gateway_failures_total', 'counter', 'Requests that ended badly, by outcome.', 'failures'],
    [
      'ombre_gateway_not_permitted_total',
      'counter',
      'Failures whose call an open circuit did not permit, by outcome.',
      'notPermitted',
    ],
    ['ombre_gateway_open_requests', 'gauge', 'Requests in flight, by outcome.', 'open'],
  ];
  for (const [name, type, help, field] of sums) {
    family(name, type, help);
    for (const { cell, parts } of groups) {
      const counts = parts.flatMap(({ rows }) => rows.map((row) => row?.[field] ?? 0));
      sample(
        name,
        { ...cell },
        counts.reduce((sum, count) => sum + count, 0),
      );
    }
  }

  const duration = 'ombre_gateway_request_duration_seconds';
  family(duration, 'histogram', 'Requests that ended, from their headers to the last byte of the answer.');
  for (const { cell, histograms } of groups) {
    for (const [upstream, { edges, counts, sum }] of histograms) {
      const labels = { ...cell, upstream };
      let below = 0;
      for (const [index, count] of counts.entries()) {
        below += count;
        const edge = edges[index];
        sample(`${duration}_bucket`, { ...labels, le: edge === undefined ? '+Inf' : edge / 1000 }, below);
      }
      sample(`${duration}_sum`, labels, sum / 1000);
      sample(`${duration}_count`, labels, below);
    }
  }

  family('ombre_gateway_breaker_open', 'gauge', '1 where the circuit is open, 0.5 where it is probed.');
  const openness = { closed: 0, 'half-open': 0.5, open: 1 } as const;
  for (const { name, breaker } of upstreams) {
    if (breaker !== undefined) sample('ombre_gateway_breaker_open', { upstream: name }, openness[breaker]);
  }
  family('ombre_gateway_revision', 'gauge', 'The revision that decides.');
  if (revision !== undefined) sample('ombre_gateway_revision', {}, revision);
  family('ombre_gateway_stale', 'gauge', '1 while the source has not confirmed the revision lately.');
  sample('ombre_gateway_stale', {}, Number(stale));
  const standing = 'ombre_gateway_stalled_seconds_total';
  family(standing, 'counter', 'How long the process stood still, which is in no request’s duration.');
  sample(standing, {}, stalled / 1000);
  return `${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
