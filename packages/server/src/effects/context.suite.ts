import { START } from '@ombre/decide/model';
import { startRelease } from '@ombre/release';
import type { EffectContext } from './effect.ts';
import { createAllowList } from './egress/allow-list.ts';
import { type Call, createCall } from './egress/call.ts';

export const context: EffectContext = {
  environment: 'judge/production',
  release: 'submit-v2',
  spec: {
    flag: 'submit-service',
    from: 'v1',
    to: 'v2',
    ladder: [{ name: 'tenth', share: 0.1, dwell: '1m' }],
  },
  state: startRelease(START),
};

/** A way out to this machine. */
export const local: Call = createCall(createAllowList({ hosts: [], loopback: true }));

export const never: AbortSignal = new AbortController().signal;
