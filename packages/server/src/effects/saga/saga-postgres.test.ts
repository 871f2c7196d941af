import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../store/crash/bundle.suite.ts';
import { describeOnPostgres } from '../../store/postgres/postgres-server.suite.ts';
import { createTables, startParticipant } from './participant.suite.ts';
import type { Errand } from './victim.suite.ts';

describeOnPostgres('Steps on PostgreSQL', (server) => {
  let directory: string;
  let child: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ombre-saga-'));
    child = await bundle(new URL('./victim.suite.ts', import.meta.url), directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Lives one after the other, each killed a little later than the one before, until one comes to the end. */
  async function play(goal: Errand['goal']) {
    const url = await server.database();
    await createTables(url);
    const participant = await startParticipant(url);
    try {
      const said: string[] = [];
      let killed = 0;
      for (let life = 0; said.length === 0 && life < 60; life += 1) {
        const errand: Errand = { url, participant: participant.url, goal, dieAt: 2 + (life % 9) };
        const { signal, output, complaint } = await live(child, errand);
        if (signal === 'SIGKILL') killed += 1;
        else said.push(output || complaint);
      }
      const calls = participant.heard.map(({ headers }) => String(headers['idempotency-key']));
      return { said, killed, stock: await participant.stock(), calls };
    } finally {
      await participant.close();
    }
  }

  const old = Array.from({ length: 25 }, (_, index) => `old ${index + 1}`);
  const place = 'shop/production/orders-v2/7/1';

  test('returns to the rows it had, though the process that undoes is killed at each point and answers are lost', async () => {
    const { said, killed, stock, calls } = await play('back');
    expect([said, stock]).toEqual([['rolled-back'], old]);
    expect(killed).toBeGreaterThan(5);
    // Every step had been done, and calls really came more than once.
    const keys = new Set(calls);
    expect(keys).toEqual(
      new Set([
        `${place}/tenth/backfill/do`,
        `${place}/tenth/topic/do`,
        `${place}/full/seats/try`,
        `${place}/full/seats/cancel`,
        `${place}/tenth/topic/undo`,
        `${place}/tenth/backfill/undo`,
      ]),
    );
    expect(calls.length).toBeGreaterThan(keys.size);
  }, 120_000);

  test('has each row once when it lands, however often it was killed on the way', async () => {
    const { said, killed, stock, calls } = await play('land');
    expect(said).toEqual(['landed']);
    expect(stock).toEqual([...old, `${place}/tenth/backfill`, `${place}/tenth/topic`, `${place}/full/seats`]);
    expect(killed).toBeGreaterThan(5);
    expect(calls.filter((key) => key.endsWith('/confirm')).length).toBeGreaterThan(0);
  }, 120_000);
});

async function live(child: string, errand: Errand) {
  const victim = spawn(process.execPath, [child, JSON.stringify(errand)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '' },
  });
  let output = '';
  let complaint = '';
  victim.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  victim.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) =>
    victim.once('close', (_, killedBy) => resolve(killedBy)),
  );
  return { signal, output, complaint };
}
