import type { ForgetRequest, Forgotten, KeysView, ReceiverView, RotateRequest } from '@ombre/protocol';
import type { Keyring } from '../../keys/keyring.ts';
import type { KnownReceivers } from '../../nodes/known-receivers.ts';
import type { Views } from '../../views/views.ts';
import type { ProcessHandler } from '../handler.ts';
import { Refusal } from '../refusal.ts';

type KeyRoute = 'listKeys' | 'prepareKey' | 'rotateKey' | 'forgetKey';

/** Changes read at once. */
const PAGE = 1_000;

/** The signing keys, exchanged while everything runs. Nothing here hands out a private half. */
export function keyHandlers(options: {
  readonly keyring: Keyring;
  readonly views: Pick<Views, 'environments' | 'head' | 'history'>;
  readonly receivers: Pick<KnownReceivers, 'view'>;
}): Record<KeyRoute, ProcessHandler> {
  const { keyring, views, receivers } = options;

  async function view(): Promise<KeysView> {
    const live: ReceiverView[] = [];
    for (const environment of views.environments()) {
      const head = views.head(environment)?.head;
      if (head === undefined) continue;
      live.push(...(await receivers.view(environment, head)).filter(({ lease }) => lease === 'held'));
    }
    const keys = keyring.all();
    const next = keys.find(({ role }) => role === 'next')?.id;
    const waiting = live.filter(
      ({ trusts }) => trusts !== undefined && next !== undefined && !trusts.includes(next),
    );
    return { keys, receivers: { live: live.length, waiting: waiting.map(({ receiver }) => receiver) } };
  }

  /** How many changes a key has signed, in all environments. */
  async function changesBy(id: string): Promise<number> {
    let found = 0;
    for (const environment of views.environments()) {
      for (let before: number | undefined; ; ) {
        const page = await views.history(environment, {
          limit: PAGE,
          ...(before === undefined ? {} : { before }),
        });
        found += page.filter(({ key }) => key === id).length;
        before = page.at(-1)?.revision;
        if (page.length < PAGE) break;
      }
    }
    return found;
  }

  return {
    listKeys: view,

    prepareKey() {
      keyring.prepare();
      return view();
    },

    async rotateKey({ body }) {
      const { next, dryRun = false, force = false } = body as RotateRequest;
      // What was waited for is looked at before the ring, which nothing may change between being read and being turned.
      const now = await view();
      const prepared = now.keys.find(({ role }) => role === 'next')?.id;
      if (prepared !== next) {
        const found = prepared === undefined ? 'none is prepared' : `${prepared} is prepared`;
        throw new Refusal('CONFLICT', `The next key is to be ${next}, but ${found}.`);
      }
      const { waiting } = now.receivers;
      if (waiting.length > 0 && !force) {
        const names = waiting.slice(0, 5).join(', ') + (waiting.length > 5 ? ' …' : '');
        throw new Refusal(
          'CONFLICT',
          `${waiting.length} live receivers do not trust ${next} yet and would stop following: ${names}. Give them both keys first.`,
        );
      }
      if (!dryRun) keyring.rotate();
      return view();
    },

    async forgetKey({ body }): Promise<Forgotten> {
      const { id, dryRun = false } = body as ForgetRequest;
      const role = keyring.all().find((key) => key.id === id)?.role;
      if (role === undefined) throw new Refusal('NOT_FOUND', `There is no key ${id}.`);
      if (role === 'active') {
        throw new Refusal('CONFLICT', `${id} is the key that signs: prepare another and rotate first.`);
      }
      const changes = await changesBy(id);
      if (!dryRun) keyring.forget(id);
      return { ...(await view()), changes };
    },
  };
}
