import type { Topic } from '@ombre/release';
import { dingtalk } from './templates/dingtalk.ts';
import { feishu } from './templates/feishu.ts';
import { generic } from './templates/generic.ts';
import { slack } from './templates/slack.ts';
import type { Template } from './templates/template.ts';

export type TemplateName = 'generic' | 'slack' | 'dingtalk' | 'feishu';

/** The registry of bodies. */
export const templates: { readonly [T in TemplateName]: Template } = { generic, slack, dingtalk, feishu };

/** Where people are told. `url` may be a reference where the URL itself is the secret. */
export interface Webhook {
  readonly url: string;
  /** Default: by the host of the URL, else generic. */
  readonly template?: TemplateName;
  /** A reference: `env:NAME` or `file:PATH`. */
  readonly secret?: string;
  /** Default: all. */
  readonly topics?: readonly Topic[];
  /** Only what somebody should look at now. */
  readonly alertsOnly?: boolean;
}

/** The body a well-known host wants. */
export function templateFor(host: string): TemplateName {
  if (host === 'hooks.slack.com') return 'slack';
  if (host === 'oapi.dingtalk.com') return 'dingtalk';
  return host === 'open.feishu.cn' || host === 'open.larksuite.com' ? 'feishu' : 'generic';
}
