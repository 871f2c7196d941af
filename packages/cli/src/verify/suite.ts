import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDuration } from '@ombre/decide/model';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CommandEnd, exits } from '../exit.ts';

/** What goes wrong with one upstream's answers. Times in ms, parts of 1. */
export interface Fault {
  /** The Upstream whose answers go wrong. */
  readonly upstream: string;
  /** So long after traffic began, or when a level is reached; absent: at once. */
  readonly begins?: { readonly after: number } | { readonly level: string };
  /** Ends by itself after so long. */
  readonly lasts?: number;
  /** Only for users with these attribute values, such as one zone. */
  readonly only?: Readonly<Record<string, string | number | boolean>>;
  /** Only for this operation of the traffic. */
  readonly operation?: string;
  /** Part of requests that is answered 500. */
  readonly errors?: number;
  /** Part of requests that waits longer before it is passed on. */
  readonly latency?: { readonly add: number; readonly share: number };
  /** At most so many requests at once, each holding its place at least so long: the others queue. */
  readonly slowPool?: { readonly connections: number; readonly hold: number };
  /** Reads answer what they answered so long ago, as a replica does that lags behind. */
  readonly staleReads?: number;
}

/** What should come of a scenario. Times in ms, parts of 1. */
export interface Expectation {
  readonly outcome: 'completed' | 'rolled-back' | 'frozen';
  /** The whole run. */
  readonly within: number;
  /** A guard whose evidence took it back: the beginning of its name. */
  readonly by?: string;
  /** From the fault's beginning to the judgement. */
  readonly caughtWithin?: number;
  /** From the fault's beginning to the last request on the new version. */
  readonly backWithin?: number;
  /** Bad answers beyond what the old version's rate explains, of all requests. */
  readonly hurt?: number;
  /** Of users' whole waiting time. */
  readonly p99: readonly Band[];
  /** Part of requests that failed, whoever is to blame. */
  readonly failed: readonly Band[];
  /** The operation that got worse most. */
  readonly operation?: string;
}

/** From `min` to `max`, over all requests or some of them. */
export interface Band {
  /** By the version that answered. */
  readonly of: 'all' | 'from' | 'to';
  /** Of users with these attribute values. */
  readonly only?: Readonly<Record<string, string | number | boolean>>;
  readonly operation?: string;
  /** Since the first fault began. */
  readonly during?: 'fault';
  readonly min?: number;
  readonly max?: number;
}

export interface Scenario {
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly expect: Expectation;
}

/** One kind of request. `{user}` and `{n}` (1, 2, 3 …) are filled in. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, unknown>>;
  /** How often beside the others. */
  readonly weight: number;
  /** Answers from this status on are failures. */
  readonly failsFrom: number;
  /** The service that is asked, which calls the changed one by itself; absent: the gateway. */
  readonly at?: string;
}

export interface TrafficPlan {
  readonly requestsPerSecond: number;
  readonly users: number;
  /** By attribute: values by how often each is drawn. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly seed: number;
}

/**
 * What stands behind an Upstream, or calls what does: an address, or a program; `{port}` is filled in with a free one and `{gateway}` with
 * the gateway's address, and PORT and GATEWAY say them too.
 */
export type Service = {
  /** Where Prometheus finds its metrics. */
  readonly metrics?: string;
} & (
  | { readonly url: string }
  | {
      readonly command: readonly string[];
      /** Asked until it answers 2xx; without it, until somebody listens. */
      readonly ready?: string;
    }
);

/** Where guards over metrics ask: one that runs already, or a program that is started and scrapes the services that have metrics. */
export type MetricsSource = { readonly url: string } | { readonly program: string; readonly every: number };

/** What `ombre verify` is asked to show: a release, the services it moves between, the traffic, and what should come of which faults. */
export interface Suite {
  readonly file: string;
  /** Where commands run. */
  readonly folder: string;
  /** The directory of resources. */
  readonly resources: string;
  /** The release. */
  readonly verify: string;
  readonly services: Readonly<Record<string, Service>>;
  /** Without one, guards over metrics are left out. */
  readonly prometheus?: MetricsSource;
  readonly traffic: TrafficPlan;
  /** Milliseconds in place of each hold of the plan. */
  readonly hold: number;
  readonly scenarios: readonly Scenario[];
}

/** Milliseconds, written as a duration. */
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, {
    message: 'a duration is a number and one of ms, s, m, h, d, such as 5s',
  })
  .transform((text) => parseDuration(text) ?? 0);

const share = z.number().min(0).max(1);
const label = z.string().min(1).max(200);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Values by how often each is drawn, or one value for all. */
const drawn = z.union([
  scalar.transform((value): Record<string, number> => ({ [String(value)]: 1 })),
  z.record(z.string(), z.number().min(0)),
]);

const fault: z.ZodType<Fault> = z
  .strictObject({
    upstream: label,
    begins: z.union([z.strictObject({ after: duration }), z.strictObject({ level: label })]).exactOptional(),
    lasts: duration.exactOptional(),
    only: z.record(label, scalar).exactOptional(),
    operation: label.exactOptional(),
    errors: share.exactOptional(),
    latency: z.strictObject({ add: duration, share: share.default(1) }).exactOptional(),
    slowPool: z.strictObject({ connections: z.int().min(1).max(10_000), hold: duration }).exactOptional(),
    staleReads: duration.exactOptional(),
  })
  .refine(
    ({ errors, latency, slowPool, staleReads }) =>
      [errors, latency, slowPool, staleReads].some((one) => one !== undefined),
    { message: 'a fault does something: errors, latency, slowPool or staleReads' },
  );

function bands(value: z.ZodType<number>): z.ZodType<readonly Band[]> {
  const band: z.ZodType<Band> = z
    .strictObject({
      of: z.enum(['all', 'from', 'to']).default('all'),
      only: z.record(label, scalar).exactOptional(),
      operation: label.exactOptional(),
      during: z.literal('fault').exactOptional(),
      min: value.exactOptional(),
      max: value.exactOptional(),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, { message: 'min, max or both' });
  const listed = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);
  return z.preprocess(listed, z.array(band)).default([]);
}

const expectation: z.ZodType<Expectation> = z.strictObject({
  outcome: z.enum(['completed', 'rolled-back', 'frozen']),
  within: duration.default(120_000),
  by: z.string().exactOptional(),
  caughtWithin: duration.exactOptional(),
  backWithin: duration.exactOptional(),
  hurt: share.exactOptional(),
  p99: bands(duration),
  failed: bands(share),
  operation: label.exactOptional(),
});

const path = z.string().startsWith('/');

const operation: z.ZodType<Operation> = z.strictObject({
  method: z.string().default('GET'),
  path,
  headers: z.record(z.string(), z.string()).default({}),
  body: z.union([z.string(), z.looseObject({})]).exactOptional(),
  weight: z.number().min(0).default(1),
  failsFrom: z.int().min(400).max(600).default(500),
  at: label.exactOptional(),
});

const address = z.url({ protocol: /^https?$/ });

const service: z.ZodType<Service> = z.union([
  z.strictObject({ url: address, metrics: path.exactOptional() }),
  z.strictObject({
    command: z.array(z.string()).min(1),
    ready: path.exactOptional(),
    metrics: path.exactOptional(),
  }),
]);

const metricsSource: z.ZodType<MetricsSource> = z.union([
  z.strictObject({ url: address }),
  z.strictObject({ program: z.string().default('prometheus'), every: duration.default(1_000) }),
]);

const whole = z.strictObject({
  verify: label,
  resources: z.string().default('.'),
  services: z.record(label, service),
  prometheus: metricsSource.exactOptional(),
  traffic: z.strictObject({
    requestsPerSecond: z.number().gt(0).max(5_000),
    users: z.int().min(1).max(1_000_000).default(1_000),
    attributes: z.record(label, drawn).default({}),
    operations: z
      .record(label, operation)
      .refine((all) => Object.keys(all).length > 0, { message: 'name at least one operation' }),
    seed: z.int().default(1),
  }),
  hold: duration.default(5_000),
  scenarios: z
    .array(z.strictObject({ name: label, faults: z.array(fault).default([]), expect: expectation }))
    .min(1),
});

const suiteSchema: z.ZodType<Omit<Suite, 'file' | 'folder'>> = whole.superRefine(
  ({ services, traffic: { operations } }, context) => {
    for (const [name, { at }] of Object.entries(operations)) {
      if (at === undefined || services[at] !== undefined) continue;
      const message = `no service is named ${at}; there are ${Object.keys(services).join(', ')}`;
      context.addIssue({ code: 'custom', path: ['traffic', 'operations', name, 'at'], message });
    }
  },
);

/** The services that users ask and that call the changed one. */
export function callersOf({ traffic }: Pick<Suite, 'traffic'>): ReadonlySet<string> {
  return new Set(Object.values(traffic.operations).flatMap(({ at }) => at ?? []));
}

/** Reads a file; ends the command with each finding as file:line:column. */
export function readSuite(file: string, cwd: string): Suite {
  const whereItIs = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(whereItIs, 'utf8');
  } catch (error) {
    throw new CommandEnd(exits.usage, `${file} cannot be read: ${(error as Error).message}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors.map((error) => `${at(error.pos[0])}: ${error.message.split('\n')[0] ?? ''}`);
  if (broken.length > 0) throw new CommandEnd(exits.no, broken.join('\n'));
  const read = suiteSchema.safeParse(document.toJS());
  if (!read.success) {
    const findings = read.error.issues.map((issue) => {
      const keys = issue.path as (string | number)[];
      return `${at(offsetOf(document, keys))}: ${keys.join('.') || 'the file'}: ${issue.message}`;
    });
    throw new CommandEnd(exits.no, findings.join('\n'));
  }
  const folder = dirname(whereItIs);
  return { ...read.data, file, folder, resources: resolve(folder, read.data.resources) };
}

/** Where the value of the longest part of a path stands that the file has. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { readonly range?: readonly number[] }
      | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
  }
  return 0;
}
