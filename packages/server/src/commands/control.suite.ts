import { generateKeyPairSync, sign, verify } from 'node:crypto';
import type { Resource } from '@ombre/decide/model';
import { openMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { ApplyInput, ApplyResult, Asked } from './commands.ts';
import { type Control, declaredChecks, openControl } from './open-control.ts';
import type { Checks } from './plan.ts';

export const ENVIRONMENT = 'judge/production';
export const asked: Asked = { environment: ENVIRONMENT, author: 'ada', why: 'because' };

/** A clock that tests move. Each look at the nanoseconds is one later. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(start = 1_763_712_000_000): TestClock {
  let now = start;
  let nanos = 0n;
  return {
    now: () => now,
    nanos: () => {
      nanos += 1n;
      return String(BigInt(now) * 1_000_000n + nanos);
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** A keyring of one key that lives as long as the test. */
export function testKeyring() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = 'test-key';
  return {
    signer: () => ({
      key,
      sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    }),
    verify: (id: string, text: string, signature: string) =>
      id === key && verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url')),
  };
}

export interface TestControl extends Control {
  readonly store: Store;
  readonly clock: TestClock;
  readonly breakGlassKey: string;
  /** Applies a whole set of files. */
  files(resources: readonly Resource[], more?: Partial<ApplyInput>): Promise<ApplyResult>;
  /** Puts and deletes single resources by the API. */
  api(
    resources: readonly Resource[],
    deletes?: readonly string[],
    more?: Partial<ApplyInput>,
  ): Promise<ApplyResult>;
}

/** Commands and views over a store with one environment. */
export async function openTestControl(
  store: Store = openMemoryStore(() => 0),
  clock: TestClock = testClock(),
  keyring: ReturnType<typeof testKeyring> = testKeyring(),
  checks: Checks = declaredChecks(),
): Promise<TestControl> {
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `lineage-${ids}`;
  };
  const control = await openControl({ store, clock, keyring, newId, checks });
  const { breakGlassKey = '' } = await control.commands.init(asked);
  const { apply } = control.commands;
  return {
    ...control,
    store,
    clock,
    breakGlassKey,
    files: (resources, more = {}) => apply({ ...asked, origin: 'files', resources, ...more }),
    api: (resources, deletes = [], more = {}) =>
      apply({ ...asked, origin: 'api', partial: true, resources, deletes, ...more }),
  };
}

type SpecOf<K extends Resource['kind']> = Extract<Resource, { readonly kind: K }>['spec'];

export function resource<K extends Resource['kind']>(kind: K, name: string, spec: SpecOf<K>): Resource {
  return { apiVersion: 'ombre.dev/v1', kind, metadata: { name }, spec } as unknown as Resource;
}

/** A flag with the variants v1 and v2. */
export function flag(name: string, spec: Partial<SpecOf<'Flag'>> = {}): Resource {
  return resource('Flag', name, {
    type: 'string',
    variants: { v1: 'one', v2: 'two' },
    default: 'v1',
    off: 'v1',
    ...spec,
  });
}

/** A release of a flag from v1 to v2 on two levels. */
export function release(name: string, of: string, spec: Partial<SpecOf<'Release'>> = {}): Resource {
  return resource('Release', name, {
    flag: of,
    from: 'v1',
    to: 'v2',
    ladder: [
      { name: 'some', share: 0.1, dwell: '1h' },
      { name: 'all', share: 1, dwell: '1h' },
    ],
    ...spec,
  });
}
