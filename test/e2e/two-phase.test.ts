import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../until.ts';
import { LEASE, type Member, openRig, pause, type Rig } from './two-phase/rig.ts';

const TIME = 300_000;
/** `TWO_PHASE=full npx vitest run test/e2e/two-phase.test.ts` kills it more often. */
const ROUNDS = process.env.TWO_PHASE === 'full' ? 60 : 6;
/** A round restarts the control plane and waits for leases: seconds each, more on a busy machine. */
const ROUND = 30_000;

/** Lets requests go on for a moment, so that somebody is asked in every state. */
const aWhile = (): Promise<void> => pause(300);

describe('a two-phase change over processes that are killed', { timeout: TIME }, () => {
  let rig: Rig;
  let told = 0;
  beforeAll(async () => {
    rig = await openRig();
    await rig.settled();
  }, TIME);
  afterEach(async () => {
    for (const member of rig.members) {
      member.thaw();
      member.gate.release('up');
      member.gate.release('down');
    }
    await Promise.all(rig.members.map((member) => member.start()));
    // Every test leaves everybody there, on the head, and nothing that ought not to have been seen.
    await rig.settled();
    await aWhile();
    expect(rig.broken()).toEqual([]);
    await until(() => expect(rig.seen.length).toBeGreaterThan(told + 100));
    told = rig.seen.length;
  }, TIME);
  afterAll(() => rig.close(), TIME);

  const kill = async (): Promise<void> => {
    await rig.plane.kill();
    for (const { gate } of rig.members) {
      gate.cut();
      gate.release('up');
      gate.release('down');
    }
    await rig.plane.restart();
  };
  /** A change of which all these are members, whose votes are held back. */
  const beginHeld = (them: readonly Member[]): Promise<string> =>
    rig.beginAmong(
      them.map(({ name }) => name),
      {
        hold: () => {
          for (const { gate } of them) gate.hold('up');
        },
        release: () => {
          for (const { gate } of them) gate.release('up');
        },
      },
    );
  const everyHeld = async (way: 'up' | 'down'): Promise<void> => {
    while (rig.members.some(({ gate }) => gate.held(way) === 0)) await pause(5);
  };

  test('goes in whole while nothing happens', async () => {
    const id = await rig.begin();
    const { phase, members, staged } = await rig.end(id);
    expect(phase).toBe('committed');
    expect(members.toSorted()).toEqual(['gw-1', 'of-1', 'of-2', 'of-3']);
    expect(staged.length).toBeGreaterThanOrEqual(3);
    const took: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const { decidedAt, endedAt } = await rig.end(await rig.begin());
      took.push((endedAt ?? 0) - (decidedAt ?? 0));
    }
    took.sort((a, b) => a - b);
    console.info(`COMMITTING of 20 changes over four receivers: p50 ${took[10]} ms, most ${took[19]} ms`);
  });

  test('a control plane killed before the decision goes on with it', async () => {
    const id = await beginHeld(rig.members);
    await everyHeld('up');
    expect(await rig.until(id, 'preparing')).toMatchObject({ staged: [] });
    await kill();
    expect(await rig.end(id)).toMatchObject({ phase: 'committed' });
  });

  test('a control plane killed between the decision and its word finishes it', async () => {
    const id = await beginHeld(rig.members);
    await everyHeld('up');
    // All votes are cast and on their way; nothing that it says from now on arrives.
    for (const { gate } of rig.members) {
      gate.hold('down');
      gate.release('up');
    }
    const { revision } = await rig.until(id, 'committing');
    await aWhile();
    expect(rig.seen.slice(-20).every((one) => one.revision < (revision ?? 0))).toBe(true);
    await kill();
    expect(await rig.end(id)).toMatchObject({ phase: 'committed', revision });
  });

  test('a control plane killed in COMMITTING waits again for who is cut off', async () => {
    const late = rig.members.find(({ name }) => name === 'of-3')!;
    const id = await rig.beginAmong(['of-3'], { hold: late.freeze, release: late.thaw });
    await rig.until(id, 'committing');
    await aWhile();
    const restarted = Date.now();
    await kill();
    const { endedAt, members } = await rig.end(id);
    expect(members).toContain('of-3');
    // The new process does not know when that lease began.
    expect((endedAt ?? 0) - restarted).toBeGreaterThanOrEqual(LEASE);
    late.thaw();
  });

  test(
    'a control plane killed at any moment ends every change',
    async () => {
      const found = new Map<string, number>();
      for (let round = 0; round < ROUNDS; round += 1) {
        await rig.settled();
        const asking = rig.begin();
        // How far it has come by then is up to the machine.
        await pause((round % 8) * 4);
        await kill();
        const id = await asking;
        const answer = await rig.client.twoPhaseChange(id);
        const phase = answer.ok ? answer.value.phase : 'unknown';
        found.set(phase, (found.get(phase) ?? 0) + 1);
        const { phase: end } = await rig.end(id);
        expect(['committed', 'aborted']).toContain(end);
      }
      console.info(`found after a restart: ${JSON.stringify(Object.fromEntries(found))}`);
    },
    TIME + ROUNDS * ROUND,
  );

  test('a receiver killed while it is prepared is waited for no longer than its lease', async () => {
    const dead = rig.members.find(({ name }) => name === 'of-2')!;
    const id = await beginHeld([dead]);
    await dead.kill();
    dead.gate.cut();
    // It is still dead when the change ends.
    const { phase, members, staged } = await rig.end(id);
    expect([phase, members.includes('of-2'), staged.includes('of-2')]).toEqual(['committed', true, false]);
  });

  test('a receiver that was stopped past its lease answers from the old revision, and not as a live one', async () => {
    const stopped = rig.members.find(({ name }) => name === 'of-1')!;
    stopped.freeze();
    // Nothing reaches it when it wakes up, so it has only its own clock to go by.
    stopped.gate.hold('down');
    const id = await rig.begin();
    const { revision } = await rig.end(id);
    await pause(LEASE);
    const woken = Date.now();
    stopped.thaw();
    const old = await until(() => {
      const said = rig.seen.filter((one) => one.member === 'of-1' && one.at >= woken);
      expect(said.length).toBeGreaterThan(10);
      return said;
    });
    expect(old.map(({ revision: at, live }) => [at < (revision ?? 0), live])).toEqual(
      old.map(() => [true, false]),
    );
    stopped.gate.cut();
    stopped.gate.release('down');
  });

  test('a kill goes first, and the change that gave way to it changes nothing anywhere', async () => {
    const id = await beginHeld(rig.members.filter(({ name }) => name !== 'gw-1'));
    const before = await rig.client.head();
    // The gateway stages it meanwhile.
    await aWhile();
    const kills = await rig.client.kill('submit-service');
    const { aborted, phase } = await rig.end(id);
    expect(phase).toBe('aborted');
    expect(aborted).toContain('a kill or a roll-back');
    await rig.client.unkill('submit-service');
    expect(kills.ok && before.ok && kills.value.revision - before.value.head.revision).toBe(1);
    for (const { gate } of rig.members) gate.release('up');
  });
});

describe('what is wrong with a receiver is seen', { timeout: TIME }, () => {
  let rig: Rig | undefined;
  afterEach(async () => {
    await rig?.close();
  }, TIME);

  test('one that acknowledges what it has not staged', async () => {
    rig = await openRig({ 'of-2': 'acknowledges what it has not staged' });
    await rig.settled();
    await rig.end(await rig.begin());
    await aWhile();
    const found = rig.broken();
    expect(
      found.some((text) => text.startsWith('old after COMMITTED of g1') && text.includes('of-2 at')),
    ).toBe(true);
    expect(found.every((text) => text.includes('of-2 at'))).toBe(true);
  });

  test('one that reads its snapshot anew within a request', async () => {
    rig = await openRig({ 'of-1': 'reads the snapshot anew for each flag' });
    await rig.settled();
    for (let change = 0; change < 100 && rig.broken().length === 0; change += 1) {
      await rig.end(await rig.begin());
    }
    expect(rig.broken()[0]).toMatch(/^mixed, .*of-1 at/);
  });
});
