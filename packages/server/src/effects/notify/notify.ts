import { setTimeout as pause } from 'node:timers/promises';
import { backOff } from '@ombre/release';
import { createLanes } from '../../lanes.ts';
import type { EffectContext, EffectOf, Performed, Performer } from '../effect.ts';
import type { Call } from '../egress/call.ts';
import { isReference, type Secrets } from '../secrets.ts';
import type { Message } from './message.ts';
import { templateFor, templates, type Webhook } from './webhook.ts';

export interface NotifyOptions {
  readonly webhooks: readonly Webhook[];
  readonly call: Call;
  readonly secrets: Secrets;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 … 1. */
  readonly chance: () => number;
  /** How long between tries; so that tests need not wait. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const TRIES = 6;
const TIMEOUT = 10_000;

/**
 * Tells every webhook, each by itself: one that is dead keeps nothing from the others, neither this message nor the next. A webhook hears of a
 * release in the order of the calls. Nobody to tell is done.
 */
export function createNotify(options: NotifyOptions): Performer<EffectOf<'notify'>> {
  const inOrder = createLanes();
  return {
    async perform(key, effect, signal, context) {
      const message = messageOf(key, effect, context, options.now());
      const meant = options.webhooks.filter((webhook) => wants(webhook, message));
      const told = await Promise.all(
        meant.map((webhook) => {
          const lane = `${options.webhooks.indexOf(webhook)} ${message.environment} ${message.release}`;
          return inOrder(lane, () => tell(options, webhook, message, signal));
        }),
      );
      const missed = told.filter(({ result }) => result !== 'done');
      const [first] = missed;
      if (first === undefined) return { result: 'done' };
      const which = meant.length === 1 ? '' : `${missed.length} of ${meant.length} webhooks: `;
      return { result: first.result, detail: `${which}${missed.map(({ detail }) => detail).join('; ')}` };
    },
  };
}

function wants({ topics, alertsOnly = false }: Webhook, { topic, alert }: Message): boolean {
  return (topics?.includes(topic) ?? true) && (alert || !alertsOnly);
}

/** Up to six tries over half a minute; what the receiver refuses by its own fault of ours is not repeated. */
async function tell(
  { call, secrets, now, chance, pause: wait = waitFor }: NotifyOptions,
  webhook: Webhook,
  message: Message,
  signal: AbortSignal,
): Promise<Performed> {
  let last = 'nothing was tried';
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const url = isReference(webhook.url) ? secrets(webhook.url) : { ok: true as const, value: webhook.url };
    const secret = webhook.secret === undefined ? undefined : secrets(webhook.secret);
    if (!url.ok) return { result: 'failed', detail: url.why };
    if (secret?.ok === false) return { result: 'failed', detail: secret.why };
    if (!URL.canParse(url.value)) return { result: 'failed', detail: 'the webhook is not a URL' };
    const { host, hostname } = new URL(url.value);
    const template = templates[webhook.template ?? templateFor(hostname)];
    const delivery = template.delivery(url.value, message, { secret: secret?.value, now: now() });
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': message.key,
      ...delivery.headers,
    };
    const request = { method: 'POST', headers, body: delivery.body, timeout: TIMEOUT };
    const answer = await call(delivery.url, request, signal);
    let least = 0;
    if (answer.ok) {
      const { status, body } = answer;
      const taken = status >= 200 && status < 300;
      const complaint = template.complaint(body);
      if (taken && complaint === undefined) return { result: 'done' };
      last = `${host} answered ${taken && complaint !== undefined ? complaint.why : `status ${status}`}`;
      if (status < 500 && !AGAIN.has(status) && complaint?.busy !== true)
        return { result: 'failed', detail: last };
      least = Math.min(answer.retryAfter ?? 0, 60_000);
    } else {
      last = answer.detail;
      if (answer.code === 'STOPPED') return { result: 'unknown', detail: last };
      if (answer.code === 'EGRESS_REFUSED') return { result: 'failed', detail: last };
    }
    if (tries < TRIES) await wait(Math.max(least, backOff(tries, chance())), signal);
  }
  return { result: 'unknown', detail: `${last}; tried ${TRIES} times` };
}

/** A receiver that is busy, or met too early. */
const AGAIN = new Set([408, 425, 429]);

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}

function messageOf(
  key: string,
  { topic, alert, text, command }: EffectOf<'notify'>,
  { environment, release, spec, state }: EffectContext,
  at: number,
): Message {
  const { flag, from, to } = spec;
  const entered =
    command === undefined ? {} : { command: `ombre release ${command} ${release} --env ${environment}` };
  return {
    key,
    environment,
    release,
    flag,
    from,
    to,
    topic,
    alert,
    text,
    ...entered,
    phase: state.phase,
    at,
  };
}
