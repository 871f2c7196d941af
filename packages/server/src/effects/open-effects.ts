import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MetricProvider } from '../metric-provider/metric-provider.ts';
import { createEffects } from './create-effects.ts';
import type { Effects } from './effect.ts';
import { type AllowListOptions, createAllowList } from './egress/allow-list.ts';
import { createCall } from './egress/call.ts';
import type { Webhook } from './notify/webhook.ts';
import { isReference, operatorSecrets, resourceSecrets } from './secrets.ts';
import { SettingsError } from './settings-error.ts';

export interface OpenEffectsOptions {
  /** Where `notifications.json` and the folder `secrets` are, if there are any. */
  readonly dataDirectory: string;
  /** A webhook beside those of the file: a URL, or a reference to one. */
  readonly notify?: string | undefined;
  /** Reference to the secret of that webhook. */
  readonly notifySecret?: string | undefined;
  /** Hosts that URLs of resources may call, beside those of the file. */
  readonly egress?: readonly string[] | undefined;
  /** Whether this machine itself may be called: so it is while the server listens on loopback only. */
  readonly loopback: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly metrics?: MetricProvider | undefined;
  readonly now: () => number;
}

const topic = z.enum([
  'started',
  'level',
  'waiting',
  'frozen',
  'thawed',
  'rolling-back',
  'rolled-back',
  'watching',
  'completed',
  'landed',
  'undoing',
  'stuck',
  'refused',
]);

const reference = z.string().regex(/^(env|file):.+$/, 'a secret is a reference: env:NAME or file:PATH');

const fileSchema = z.strictObject({
  webhooks: z
    .array(
      z.strictObject({
        url: z.union([reference, z.url({ protocol: /^https?$/ })]),
        template: z.enum(['generic', 'slack', 'dingtalk', 'feishu']).exactOptional(),
        secret: reference.exactOptional(),
        topics: z.array(topic).min(1).exactOptional(),
        alertsOnly: z.boolean().exactOptional(),
      }),
    )
    .max(20)
    .default([]),
  egress: z.array(z.string()).max(1000).default([]),
  signing: reference.exactOptional(),
});

/** Puts the performers together from options and `notifications.json`. Throws SettingsError where either is malformed. */
export function openEffects(options: OpenEffectsOptions): Effects {
  const { dataDirectory, environment, now, metrics } = options;
  const file = readNotifications(join(dataDirectory, 'notifications.json'));
  const secrets = operatorSecrets(environment);
  const webhooks: Webhook[] = [...file.webhooks];
  if (options.notify !== undefined) {
    const secret = options.notifySecret === undefined ? {} : { secret: options.notifySecret };
    webhooks.push({ url: options.notify, ...secret });
  }
  const hosts = [...file.egress, ...(options.egress ?? [])];
  // Webhooks are written by whoever runs the server: their own hosts need not be listed again.
  const told = webhooks.flatMap(({ url }) => {
    const known = isReference(url) ? secrets(url) : { ok: true as const, value: url };
    return known.ok && URL.canParse(known.value) ? [new URL(known.value).host] : [];
  });
  const callOf = (allowed: AllowListOptions) => createCall(createAllowList(allowed));
  return createEffects({
    call: callOf({ hosts, loopback: options.loopback }),
    notifyCall: callOf({ hosts: [...hosts, ...told], loopback: options.loopback }),
    webhooks,
    secrets,
    declared: resourceSecrets(environment, join(dataDirectory, 'secrets')),
    signing: file.signing,
    metrics,
    now,
    chance: Math.random,
  });
}

function readNotifications(path: string): z.output<typeof fileSchema> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SettingsError(`${path} is not JSON`);
  }
  const read = fileSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new SettingsError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
}
