import { writeSync } from 'node:fs';
import { type ReleaseSpec, START } from '@ombre/decide/model';
import { type Effect, type ReleaseEvent, type ReleaseState, startRelease, step } from '@ombre/release';
import pg from 'pg';
import { createAllowList } from '../egress/allow-list.ts';
import { createCall } from '../egress/call.ts';
import { createSaga } from './saga.ts';

/** What a victim is to do: bring a release up, then take it back or land it, and die at the n-th point on the way. */
export interface Errand {
  readonly url: string;
  readonly participant: string;
  readonly goal: 'back' | 'land';
  readonly dieAt: number;
}

type Kept = { readonly state: ReleaseState; readonly open: readonly Effect[] };

const errand = JSON.parse(process.argv[2] ?? '{}') as Errand;
const call = (path: string) => ({ url: `${errand.participant}/${path}`, timeout: '500ms' });
const spec: ReleaseSpec = {
  flag: 'orders',
  from: 'v1',
  to: 'v2',
  ladder: [
    {
      name: 'tenth',
      share: 0.1,
      dwell: '2s',
      before: [
        { name: 'backfill', do: call('rows'), undo: call('rows') },
        { name: 'topic', do: call('rows'), undo: call('rows') },
      ],
    },
    {
      name: 'full',
      share: 1,
      dwell: '2s',
      before: [{ name: 'seats', try: call('rows'), confirm: call('rows'), cancel: call('rows') }],
    },
  ],
};

let points = 0;
/** A place where a process may die. */
function point(): void {
  points += 1;
  if (points === errand.dieAt) process.kill(process.pid, 'SIGKILL');
}

const client = new pg.Client({ connectionString: errand.url });
await client.connect();
const { rows } = await client.query<{ kept: Kept }>('select kept from progress');
let { state, open }: Kept = rows[0]?.kept ?? { state: startRelease(START), open: [] };

const secrets = () => ({ ok: false, why: 'none' }) as const;
const saga = createSaga({
  call: createCall(createAllowList({ hosts: [], loopback: true })),
  now: Date.now,
  declared: secrets,
  secrets,
});

async function answerOf(effect: Effect): Promise<ReleaseEvent | undefined> {
  if (effect.kind === 'place') {
    const { epoch } = effect.placement;
    return { kind: 'placed', epoch, revision: epoch };
  }
  if (effect.kind === 'land') return { kind: 'result', key: effect.key, result: 'done' };
  if (effect.kind !== 'saga') return undefined;
  const context = { environment: 'shop/production', release: 'orders-v2', spec, state };
  const { signal } = new AbortController();
  const performed = await saga.perform(`shop/production/orders-v2/7/${effect.key}`, effect, signal, context);
  return { kind: 'result', key: effect.key, ...performed };
}

/** What happens when nothing is open: time passes, or the turning point comes. */
function next(): ReleaseEvent | undefined {
  const { phase, at, attempt } = state;
  if (phase === 'rolled-back' || phase === 'landed') return undefined;
  const said = { kind: 'command', by: 'ann', why: 'test' } as const;
  if (errand.goal === 'back' && phase === 'dwelling' && at?.level === 1) return { ...said, command: 'abort' };
  if (phase === 'completed' && attempt === 1 && state.saga?.going === 'idle' && state.landing === undefined)
    return { ...said, command: 'land' };
  return {
    kind: 'tick',
    interval: 1_000,
    fresh: true,
    health: { verdict: 'good', evidence: [] },
    receivers: { live: 1, activated: 1 },
    traffic: { to: 0 },
  };
}

for (;;) {
  const [effect, ...others] = open;
  const event = effect === undefined ? next() : await answerOf(effect);
  point();
  if (effect === undefined && event === undefined) break;
  const now = (state.ticked ?? 1_000_000_000_000) + 1_000;
  const turn = event === undefined ? { state, effects: [] } : step(spec, state, event, now);
  ({ state, open } = { state: turn.state, open: [...others, ...turn.effects] });
  await client.query(
    'insert into progress (id, kept) values (1, $1) on conflict (id) do update set kept = excluded.kept',
    [JSON.stringify({ state, open } satisfies Kept)],
  );
  point();
}
writeSync(1, state.phase);
await client.end();
