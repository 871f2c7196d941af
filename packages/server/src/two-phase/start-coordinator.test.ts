import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asked, flag } from '../commands/control.suite.ts';
import { both, ENVIRONMENT, LEASE, openStage, type Stage } from './stage.suite.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const defaults = () =>
  ['a', 'b'].map((name) => {
    const found = stage.control.views.resource(ENVIRONMENT, `Flag/${name}`)?.resource;
    return found?.kind === 'Flag' ? found.spec.default : undefined;
  });

describe('a two-phase change', () => {
  test('is decided when two thirds of who holds a lease have staged it, and ends when all have activated it', async () => {
    const gateways = ['gw-1', 'gw-2', 'gw-3'].map((name) => stage.gateway(name));
    await stage.talk();
    const base = stage.revision();
    const begun = await stage.begin();
    expect(begun).toMatchObject({ ok: true, members: ['gw-1', 'gw-2', 'gw-3'] });
    expect(stage.told.at(-1)).toMatchObject({ type: 'prepare', id: 'c1', version: 1 });
    expect(stage.revision()).toBe(base);
    gateways[2]!.away = true;
    await stage.talk();
    expect(stage.revision()).toBe(base + 1);
    expect(defaults()).toEqual(['v2', 'v2']);
    expect(await stage.coordinator.find('c1')).toMatchObject({
      phase: 'committing',
      revision: base + 1,
      staged: ['gw-1', 'gw-2'],
      awaited: [{ receiver: 'gw-3', lease: LEASE }],
    });
    gateways[2]!.away = false;
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({ phase: 'committed', awaited: [] });
    expect(gateways.map(({ at }) => at)).toEqual([base + 1, base + 1, base + 1]);
    expect(stage.ended).toEqual([['committed', 0]]);
    const [logged] = await stage.control.views.history(ENVIRONMENT, { limit: 1 });
    expect(logged).toMatchObject({ action: 'apply', facts: { twoPhase: 'c1' }, names: ['Flag/a', 'Flag/b'] });
  });

  test('waits for one that is cut off until its lease has run out, and gives it none while it serves the old', async () => {
    const [one, , third] = ['gw-1', 'gw-2', 'gw-3'].map((name) => stage.gateway(name));
    await stage.talk();
    third!.away = true;
    await stage.begin();
    stage.clock.advance(1_000);
    await stage.talk();
    stage.clock.advance(LEASE - 1_001);
    await stage.talk();
    expect(third!.live).toBe(true);
    expect((await stage.coordinator.find('c1'))?.phase).toBe('committing');
    expect(await third!.acknowledge()).toBe('refused');
    stage.clock.advance(2);
    expect(third!.live).toBe(false);
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.phase).toBe('committed');
    expect(one!.live).toBe(true);
    expect(await third!.acknowledge()).toBe('refused');
    // Neither over a restart, nor with a revision of another lineage.
    await stage.restart();
    expect(await third!.acknowledge()).toBe('refused');
    expect(await one!.acknowledge('another')).toBe('refused');
    third!.away = false;
    await stage.talk();
    expect(third!.live).toBe(true);
  });

  test('is aborted at its deadline, and says who had staged it', async () => {
    const gateways = ['gw-1', 'gw-2', 'gw-3'].map((name) => stage.gateway(name));
    await stage.talk();
    for (const gateway of gateways.slice(1)) gateway.away = true;
    const base = stage.revision();
    await stage.begin('c1', 'v2', { deadline: 2_000 });
    await stage.talk();
    stage.clock.advance(2_001);
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({
      phase: 'aborted',
      staged: ['gw-1'],
      members: ['gw-1', 'gw-2', 'gw-3'],
      quorum: 2,
      aborted: '1 receivers of the 2 it needs had staged it in time',
    });
    expect(stage.revision()).toBe(base);
    expect(gateways[0]!.staged).toBeUndefined();
    expect(stage.ended).toEqual([['aborted', undefined]]);
  });

  test('goes in at once where nobody holds a lease', async () => {
    expect(await stage.begin()).toMatchObject({ ok: true, members: [] });
    stage.clock.advance(1);
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({ phase: 'committed' });
    expect(defaults()).toEqual(['v2', 'v2']);
  });

  test('gives way to a kill, which waits for nothing', async () => {
    stage.gateway('gw-1').away = false;
    const away = stage.gateway('gw-2');
    await stage.talk();
    away.away = true;
    await stage.begin();
    await stage.talk();
    const killed = await stage.control.commands.override({ ...asked, flag: 'a', kill: {} });
    expect(killed.ok).toBe(true);
    await stage.talk();
    const view = await stage.coordinator.find('c1');
    expect(view?.phase).toBe('aborted');
    expect(view?.aborted).toContain('a kill or a roll-back');
    expect(defaults()).toEqual(['v1', 'v1']);
  });

  test('gives way to a restore and to whoever changes what it touches, and says to what', async () => {
    const away = stage.gateway('gw-1');
    await stage.talk();
    away.away = true;
    await stage.begin('c1');
    await stage.control.files([...both('v1'), flag('c')]);
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({ phase: 'preparing', version: 2 });
    await stage.control.files([flag('a', { default: 'v2' }), flag('b'), flag('c')]);
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.aborted).toMatch(/moved Flag\/a$/);
    const to = stage.revision();
    await stage.control.files(both('v1'));
    await stage.talk();
    const begun = await stage.coordinator.begin({
      ...asked,
      origin: 'files',
      resources: both('v2'),
      id: 'c2',
    });
    expect(begun.ok).toBe(true);
    await stage.control.commands.restore({ ...asked, to });
    await stage.talk();
    expect((await stage.coordinator.find('c2'))?.aborted).toContain('a roll-back');
  });

  test('is prepared and voted for anew when another change goes first that touches nothing of it', async () => {
    const [one, two] = ['gw-1', 'gw-2'].map((name) => stage.gateway(name));
    await stage.talk();
    two!.away = true;
    await stage.begin();
    await stage.talk();
    expect(one!.staged).toEqual({ id: 'c1', version: 1 });
    // The whole set of the files: what others add meanwhile is not deleted by what was asked for before.
    await stage.control.api([flag('apart')]);
    await stage.talk();
    expect(one!.staged).toEqual({ id: 'c1', version: 2 });
    two!.away = false;
    await stage.talk();
    // What it missed came as an ordinary delta; the next version is told to whoever comes.
    expect([two!.at, two!.staged]).toEqual([stage.revision(), undefined]);
    expect((await stage.coordinator.find('c1'))?.phase).toBe('preparing');
    await stage.restart();
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({ phase: 'committed', version: 2 });
    expect(defaults()).toEqual(['v2', 'v2']);
    expect(stage.control.views.resource(ENVIRONMENT, 'Flag/apart')).toBeDefined();
  });

  test('is one at a time, and one for an id', async () => {
    const away = stage.gateway('gw-1');
    await stage.talk();
    away.away = true;
    await stage.begin('c1');
    expect(await stage.begin('c2')).toMatchObject({ ok: false, code: 'TWO_PHASE_BUSY' });
    expect(await stage.begin('c1')).toMatchObject({ ok: true, change: { id: 'c1', phase: 'preparing' } });
    away.away = false;
    await stage.restart();
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.phase).toBe('committed');
    const { length } = await stage.control.views.history(ENVIRONMENT);
    expect(await stage.begin('c1', 'v1')).toMatchObject({
      ok: true,
      change: { id: 'c1', phase: 'committed' },
    });
    expect((await stage.control.views.history(ENVIRONMENT)).length).toBe(length);
  });

  test('is refused whole where it has errors, is too large, or is only to be shown', async () => {
    const wrong = { ...asked, origin: 'files', resources: [flag('a', { default: 'v9' })], id: 'x' } as const;
    expect(await stage.coordinator.begin(wrong)).toMatchObject({ ok: false, code: 'INVALID' });
    const many = Array.from({ length: 4_000 }, (_, index) => flag(`flag-with-a-name-${index}`));
    expect(await stage.coordinator.begin({ ...wrong, resources: many })).toMatchObject({
      ok: false,
      code: 'TWO_PHASE_TOO_LARGE',
    });
    const shown = await stage.begin('x', 'v2', { dryRun: true });
    expect(shown).toMatchObject({ ok: true, change: undefined });
    expect(shown.ok && shown.plan.diff.map(({ key }) => key)).toEqual(['Flag/a', 'Flag/b']);
    expect(await stage.begin('x', 'v1')).toMatchObject({ ok: true, change: undefined });
    expect(await stage.coordinator.find('x')).toBeUndefined();
  });

  test('gives no lease that it was not sure to hold the right to give', async () => {
    const gateway = stage.gateway('gw-1');
    await stage.talk();
    const late = stage.gateway('gw-2');
    // The record says that the second one joined; by then another process may count from its own start.
    await stage.restart({ at: 2, when: 'lost' });
    stage.clock.advance(LEASE);
    await gateway.acknowledge();
    await stage.begin();
    expect(await late.acknowledge()).toBe('refused');
    expect(late.live).toBe(false);
    expect(await gateway.acknowledge()).toBe('elsewhere');
  });

  test('does not begin before leases of an earlier process have run out', async () => {
    await stage.restart();
    const early = await stage.begin();
    expect(early).toMatchObject({ ok: false, code: 'TWO_PHASE_EARLY', retryAfter: LEASE });
    stage.clock.advance(LEASE);
    expect(await stage.begin()).toMatchObject({ ok: true });
  });
});

describe('a control plane that is killed', () => {
  for (const when of ['before', 'after'] as const) {
    for (const at of [1, 2, 3, 4]) {
      test(`${when} its write ${at} leaves a change that ends the same everywhere`, async () => {
        const gateways = ['gw-1', 'gw-2', 'gw-3'].map((name) => stage.gateway(name));
        await stage.talk();
        await stage.restart({ at, when });
        stage.clock.advance(LEASE);
        await stage.talk();
        const base = stage.revision();
        // Where nothing was written, who asked asks again.
        await stage.begin().catch(() => {});
        await stage.talk();
        gateways[2]!.away = true;
        stage.clock.advance(1_000);
        await stage.restart();
        await stage.talk();
        gateways[2]!.away = false;
        await stage.talk();
        stage.clock.advance(LEASE);
        await stage.talk();
        const view = await stage.coordinator.find('c1');
        expect(view === undefined || ['committed', 'aborted'].includes(view.phase)).toBe(true);
        const decided = view?.phase === 'committed';
        if (when === 'after') expect(decided).toBe(true);
        expect(stage.revision()).toBe(decided ? base + 1 : base);
        expect(defaults()).toEqual(decided ? ['v2', 'v2'] : ['v1', 'v1']);
        for (const gateway of gateways) expect(gateway.at).toBe(stage.revision());
      });
    }
  }

  test('in COMMITTING waits one lease more for whoever may have held one', async () => {
    const [, away] = ['gw-1', 'gw-2', 'gw-3'].map((name) => stage.gateway(name));
    await stage.talk();
    await stage.begin();
    away!.away = true;
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.phase).toBe('committing');
    stage.clock.advance(LEASE - 1);
    await stage.restart();
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({
      phase: 'committing',
      awaited: [{ receiver: 'gw-2', lease: LEASE }],
    });
    stage.clock.advance(LEASE);
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.phase).toBe('committed');
  });

  test('while preparing finds what went in meanwhile: a roll-back of a release aborts the change', async () => {
    const { control } = stage;
    const fence = {
      lease: 'controller',
      token: (await control.store.lease('controller', 'this server', 60_000))!.token,
    };
    const place = (version: number, shares: number[]) =>
      control.commands.place({
        ...asked,
        release: 'r',
        placement: { reached: shares.length, shares, epoch: version + 1 },
        version,
        fence,
      });
    await control.files([...both('v1'), flag('z'), releaseOf('z')]);
    expect((await place(0, [0.1])).ok).toBe(true);
    const away = stage.gateway('gw-1');
    await stage.talk();
    away.away = true;
    await stage.coordinator.begin({
      ...asked,
      origin: 'files',
      resources: [...both('v2'), flag('z'), releaseOf('z')],
      id: 'c1',
    });
    await place(1, [0.2]);
    await stage.talk();
    expect(await stage.coordinator.find('c1')).toMatchObject({ phase: 'preparing', version: 2 });
    stage.kill();
    await place(2, [0.1]);
    await stage.restart();
    await stage.talk();
    expect((await stage.coordinator.find('c1'))?.aborted).toContain('a roll-back');
  });
});

function releaseOf(name: string) {
  return {
    apiVersion: 'ombre.dev/v1',
    kind: 'Release',
    metadata: { name: 'r' },
    spec: { flag: name, from: 'v1', to: 'v2', ladder: [{ name: 'some', share: 0.5, dwell: '1h' }] },
  } as never;
}
