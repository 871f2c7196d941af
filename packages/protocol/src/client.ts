import type { SignedHead } from '@ombre/decide';
import type { JsonValue, Resource } from '@ombre/decide/model';
import type { ReleaseCommandRequest } from './release/release-command.ts';
import type { PlanAnswer } from './release/release-plan.ts';
import type { ReleaseView } from './release/release-view.ts';
import { basePath, type RouteId, routePath, routes } from './routes.ts';
import type { Acknowledgement, AcknowledgementAnswer, ReceiverView } from './sync/acknowledgement.ts';
import type { TwoPhaseAnswer, TwoPhaseRequest, TwoPhaseView } from './two-phase/two-phase-view.ts';
import type { BackupMade } from './wire/backup.ts';
import type {
  Applied,
  ApplyRequest,
  Origin,
  OverrideRequest,
  RollbackRequest,
  StoredResource,
  TargetRequest,
  WireOverride,
} from './wire/change.ts';
import type { DeveloperToken, DeveloperTokenRequest } from './wire/developer.ts';
import { type Failure, failure, readFailure } from './wire/failure.ts';
import type { HistoryVerdict, WireChange, WireChangeDetail } from './wire/history.ts';
import type { ForgetRequest, Forgotten, KeysView, RotateRequest } from './wire/keys.ts';
import type { Status } from './wire/status.ts';

/** The part of `fetch` that the client uses. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/** The part of the web's AbortSignal that matters here, so that no library of a browser is needed. */
export interface AbortSignal {
  readonly aborted: boolean;
}

export interface ClientOptions {
  /** Origin of the control plane, with any base path, such as `http://127.0.0.1:7171` or `https://x/p/judge/production`. */
  readonly url: string;
  /** `project/environment`; absent: the only one, or the one the URL already names. */
  readonly environment?: string;
  readonly token?: string;
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T }
  /** `status` 0: no answer came, and `code` is UNAVAILABLE. */
  | { readonly ok: false; readonly status: number; readonly failure: Failure };

interface Who {
  readonly why?: string;
  readonly author?: string;
}

/** What a person tells a release. */
export type ReleaseCommand = 'pause' | 'resume' | 'promote' | 'abort' | 'approve' | 'land';

/** Calls of the control plane. Failures are returned, never thrown. */
export interface Client {
  resources(filter?: {
    kind?: string;
    origin?: Origin;
  }): Promise<Answer<{ revision: number; resources: readonly StoredResource[] }>>;
  resource(kind: string, name: string): Promise<Answer<StoredResource>>;
  /** `generation` 0 creates. */
  put(resource: Resource, generation: number, who?: Who): Promise<Answer<Applied>>;
  remove(kind: string, name: string, generation: number, who?: Who): Promise<Answer<Applied>>;
  apply(request: ApplyRequest): Promise<Answer<Applied>>;
  /** Answers at once; `twoPhaseChange` says how it goes on. */
  twoPhase(request: TwoPhaseRequest): Promise<Answer<TwoPhaseAnswer>>;
  twoPhaseChange(id: string): Promise<Answer<TwoPhaseView>>;
  exportYaml(origin?: Origin): Promise<Answer<string>>;
  history(page?: { before?: number; limit?: number }): Promise<Answer<{ changes: readonly WireChange[] }>>;
  change(revision: number): Promise<Answer<WireChangeDetail>>;
  verifyHistory(): Promise<Answer<HistoryVerdict>>;
  rollback(request: RollbackRequest): Promise<Answer<Applied>>;
  kill(flag: string, request?: OverrideRequest): Promise<Answer<Applied>>;
  unkill(flag: string, who?: Who): Promise<Answer<Applied>>;
  makeDeveloperToken(request: DeveloperTokenRequest): Promise<Answer<DeveloperToken>>;
  target(flag: string, unit: string, request: TargetRequest): Promise<Answer<Applied>>;
  untarget(flag: string, unit: string, who?: Who): Promise<Answer<Applied>>;
  overrides(): Promise<Answer<{ overrides: readonly WireOverride[] }>>;
  explain(flag: string, context: Readonly<Record<string, unknown>>): Promise<Answer<JsonValue>>;
  receivers(): Promise<Answer<{ revision: number; lineage: string; receivers: readonly ReceiverView[] }>>;
  releases(): Promise<Answer<{ revision: number; releases: readonly ReleaseView[] }>>;
  release(name: string): Promise<Answer<ReleaseView>>;
  /** At the traffic observed, where none is given. */
  releasePlan(
    name: string,
    traffic?: { requestsPerSecond?: number; errorRate?: number },
  ): Promise<Answer<PlanAnswer>>;
  /** Refused with RELEASE_REFUSED where it stands wrongly for that. */
  tellRelease(
    name: string,
    command: ReleaseCommand,
    request?: ReleaseCommandRequest,
  ): Promise<Answer<ReleaseView>>;
  status(): Promise<Answer<Status>>;
  environments(): Promise<Answer<{ environments: readonly string[] }>>;
  backup(): Promise<Answer<BackupMade>>;
  keys(): Promise<Answer<KeysView>>;
  prepareKey(): Promise<Answer<KeysView>>;
  rotateKey(request: RotateRequest): Promise<Answer<KeysView>>;
  forgetKey(request: ForgetRequest): Promise<Answer<Forgotten>>;
  /** Hands in a kill that was signed while the store was away. */
  breakGlass(signed: { readonly payload: string; readonly signature: string }): Promise<Answer<Applied>>;
  head(): Promise<Answer<SignedHead>>;
  /** The text of a full snapshot, see parseSnapshot. */
  snapshot(digest: string): Promise<Answer<string>>;
  acknowledge(acknowledgement: Acknowledgement): Promise<Answer<AcknowledgementAnswer>>;
  /** Value of one flag through OFREP; failures of evaluation are the body of a status 400 or 404. */
  evaluate(
    flag: string,
    context: Readonly<Record<string, unknown>>,
  ): Promise<{ status: number; body: JsonValue }>;
}

interface CallOptions {
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly generation?: number;
}

/** A client of one environment. Holds nothing but its options. */
export function createClient(options: ClientOptions): Client {
  const origin = options.url.replace(/\/+$/, '');

  async function send(id: RouteId, call: CallOptions): Promise<{ status: number; text: string } | undefined> {
    const route = routes[id];
    const base = route.scope === 'environment' ? basePath(options.environment) : '';
    const query = Object.entries(call.query ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      .join('&');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    if (call.generation !== undefined) headers['if-match'] = `"${call.generation}"`;
    const url = `${origin}${base}${routePath(id, call.parameters)}${query === '' ? '' : `?${query}`}`;
    try {
      const response = await options.fetch(url, {
        method: route.method,
        headers,
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  async function call<T>(id: RouteId, request: CallOptions = {}): Promise<Answer<T>> {
    const sent = await send(id, request);
    if (sent === undefined)
      return { ok: false, status: 0, failure: failure('UNAVAILABLE', `no answer from ${origin}`) };
    const { status, text } = sent;
    const json = routes[id].media === undefined || status >= 300;
    const body = json ? readJson(text) : text;
    if (status >= 200 && status < 300 && body !== undefined) return { ok: true, status, value: body as T };
    const said = readFailure(body) ?? failure('UNAVAILABLE', `${origin} answered ${status}`);
    return { ok: false, status, failure: said };
  }

  return {
    resources: (query = {}) => call('listResources', { query }),
    resource: (kind, name) => call('getResource', { parameters: { kind, name } }),
    put: (resource, generation, who) =>
      call('putResource', {
        parameters: { kind: resource.kind, name: resource.metadata.name },
        query: { ...who },
        body: resource,
        generation,
      }),
    remove: (kind, name, generation, who) =>
      call('deleteResource', { parameters: { kind, name }, query: { ...who }, generation }),
    apply: (body) => call('apply', { body }),
    twoPhase: (body) => call('twoPhase', { body }),
    twoPhaseChange: (id) => call('getTwoPhase', { parameters: { id } }),
    exportYaml: (from) => call('export', { query: { origin: from } }),
    history: (query = {}) => call('listHistory', { query }),
    change: (revision) => call('getChange', { parameters: { revision } }),
    verifyHistory: () => call('verifyHistory'),
    rollback: (body) => call('rollback', { body }),
    kill: (flag, body = {}) => call('kill', { parameters: { flag }, body }),
    makeDeveloperToken: (body) => call('makeDeveloperToken', { body }),
    unkill: (flag, who) => call('unkill', { parameters: { flag }, query: { ...who } }),
    target: (flag, unit, body) => call('target', { parameters: { flag, unit }, body }),
    untarget: (flag, unit, who) => call('untarget', { parameters: { flag, unit }, query: { ...who } }),
    overrides: () => call('listOverrides'),
    explain: (flag, context) => call('explain', { body: { flag, context } }),
    receivers: () => call('listReceivers'),
    releases: () => call('listReleases'),
    release: (name) => call('getRelease', { parameters: { name } }),
    releasePlan: (name, query = {}) => call('releasePlan', { parameters: { name }, query }),
    tellRelease: (name, command, body = {}) => call(`${command}Release`, { parameters: { name }, body }),
    status: () => call('status'),
    environments: () => call('environments'),
    backup: () => call('backup'),
    keys: () => call('listKeys'),
    prepareKey: () => call('prepareKey'),
    rotateKey: (body) => call('rotateKey', { body }),
    forgetKey: (body) => call('forgetKey', { body }),
    breakGlass: (body) => call('breakGlass', { body }),
    head: () => call('syncHead'),
    snapshot: (digest) => call('syncSnapshot', { parameters: { digest } }),
    acknowledge: (body) => call('acknowledge', { body }),
    async evaluate(key, context) {
      const sent = await send('evaluateFlag', { parameters: { key }, body: { context } });
      return { status: sent?.status ?? 0, body: (readJson(sent?.text ?? '') ?? null) as JsonValue };
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
