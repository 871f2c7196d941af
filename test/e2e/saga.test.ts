import { afterEach, expect, test, vi } from 'vitest';
import { createTables, startParticipant } from '../../packages/server/src/effects/saga/participant.suite.ts';
import { describeOnPostgres } from '../../packages/server/src/store/postgres/postgres-server.suite.ts';
import { engineV2, openClimb } from './climb.ts';

// A busy machine is given its time: nothing here asserts how long anything takes.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 200_000 });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What the table held before anybody asked for anything. */
const OLD = Array.from({ length: 25 }, (_, index) => `old ${index + 1}`);

describeOnPostgres('Steps around levels', (postgres) => {
  test('are carried out and undone against a real PostgreSQL whose rows return, though the whole server is killed on the way up and on the way back', async () => {
    const url = await postgres.database();
    await createTables(url);
    // Every third answer of it is lost after the work was done, and every fifth request is refused before.
    const participant = await startParticipant(url);
    ends.push(() => participant.close());

    const call = `{ url: '${participant.url}/rows', timeout: 500ms }`;
    const does = (name: string): string => `{ name: ${name}, do: ${call}, undo: ${call} }`;
    const seats = `{ name: seats, try: ${call}, confirm: ${call}, cancel: ${call} }`;
    const climb = await openClimb({
      release: engineV2({
        dwell: '10m',
        before: { developer: `[${does('backfill')}, ${does('topic')}]`, group: `[${seats}]` },
      }),
    });
    ends.push(() => climb.close());
    const calls = (action: string): number =>
      participant.heard.filter(({ headers }) => headers['ombre-action'] === action).length;

    /** Killed whenever one more call than `before` was heard, so many times at most, and started again, until it is where it should be. */
    async function killed(
      times: number,
      heard: () => number,
      before: number,
      there: () => Promise<boolean>,
    ): Promise<number> {
      let kills = 0;
      let last = before;
      const deadline = Date.now() + 200_000;
      for (;;) {
        if (heard() > last && kills < times) {
          // In the middle of a call, or between its answer and the note of it.
          await new Promise((wake) => setTimeout(wake, 30 * kills));
          await climb.plane.kill();
          kills += 1;
          await climb.plane.restart();
          last = heard();
        }
        // A call that was heard while this was asked is still answered with a kill.
        if ((await there().catch(() => false)) && (heard() === last || kills === times)) return kills;
        if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(await climb.show())}`);
        await new Promise((wake) => setTimeout(wake, 10));
      }
    }
    const at = (level: string) => async (): Promise<boolean> => {
      const view = await climb.show();
      return view.phase === 'dwelling' && view.at?.level === level;
    };

    const forward = () => calls('do') + calls('try');
    expect(await killed(2, forward, 0, at('developer'))).toBeGreaterThan(0);
    const before = forward();
    expect(await climb.tell('promote')).toBe(200);
    expect(await killed(1, forward, before, at('group'))).toBe(1);
    const steps = await participant.stock();
    expect(steps.slice(0, 25)).toEqual(OLD);
    expect(steps.slice(25).map((step) => step.split('/').slice(-2).join('/'))).toEqual([
      'developer/backfill',
      'developer/topic',
      'group/seats',
    ]);

    // The fault is v2's: traffic goes back at once, and then the steps, the last first.
    climb.failing = 1;
    const returned = async (): Promise<boolean> => (await climb.show()).phase === 'rolled-back';
    expect(await killed(3, () => calls('cancel') + calls('undo'), 0, returned)).toBeGreaterThan(0);
    expect(await participant.stock()).toEqual(OLD);
    await climb.quiet();
    const keys = [...new Set(participant.heard.map(({ headers }) => String(headers['idempotency-key'])))];
    expect(keys.map((key) => key.split('/').slice(-3).join('/'))).toEqual([
      'developer/backfill/do',
      'developer/topic/do',
      'group/seats/try',
      'group/seats/cancel',
      'developer/topic/undo',
      'developer/backfill/undo',
    ]);
    expect(participant.heard.length).toBeGreaterThan(keys.length);
    const kinds = (await climb.history()).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'rolled-back')).toHaveLength(1);
  });
});
