import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Encoded, encodeSnapshot, verifyEncoded } from '@ombre/decide';
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../sha256.ts';
import { openStateFolder, type Saved } from './state-folder.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ombre-state-'));
  folders.push(made);
  return made;
}

function saved(revision: number, lineage = 'a', text = `on ${revision} €😀`): Saved {
  const body = { type: 'string', variants: { on: text }, default: 'on', off: 'on' };
  const encoded: Encoded = encodeSnapshot([{ kind: 'Flag', name: 'f', body }], sha256);
  const head = { environment: 'shop/live', lineage, revision, digest: encoded.digest };
  return { announced: { signed: { head, issued: 1, expires: 2, key: 'k', signature: 's' } }, encoded };
}

describe('a state folder', () => {
  test('gives back what was saved, by environment or by where it came from', async () => {
    const root = folder();
    const large = saved(7, 'a', '😀€x'.repeat(300_000));
    expect(await openStateFolder(root, 'http://a').save(large)).toBeUndefined();
    expect(await openStateFolder(root, 'http://other').load('shop/live')).toEqual({ saved: large });
    expect(await openStateFolder(root, 'http://a').load(undefined)).toEqual({ saved: large });
    expect(await openStateFolder(root, 'http://other').load(undefined)).toEqual({});
    expect(await openStateFolder(root, 'http://a').load('shop/test')).toEqual({});
    expect(statSync(join(root, 'shop/live/snapshot')).mode & 0o077).toBe(0);
  });

  test('takes no torn or altered file for whole, wherever it is torn', async () => {
    const root = folder();
    const path = join(root, 'shop/live/snapshot');
    await openStateFolder(root, 's').save(saved(1));
    const whole = readFileSync(path);
    const broken: Buffer[] = [];
    for (let at = 0; at < whole.length; at += 7) broken.push(whole.subarray(0, at));
    for (let at = 0; at < whole.length; at += 5) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 0x11;
      broken.push(altered);
    }
    for (const bytes of broken) {
      writeFileSync(path, bytes);
      const { saved: read, problem } = await openStateFolder(root, 's').load('shop/live');
      if (read === undefined) expect(problem?.code).toBe('DISK_CORRUPT');
      else {
        const { head } = read.announced.signed;
        expect(head).toEqual(saved(1).announced.signed.head);
        const sound = head.digest === read.encoded.digest && verifyEncoded(read.encoded, sha256).ok;
        expect(sound).toBe(false);
      }
    }
  });

  test('never goes back in a lineage, whoever shares it, and changes to a new one', async () => {
    const root = folder();
    const one = openStateFolder(root, 's');
    const other = openStateFolder(root, 's');
    await one.save(saved(5));
    expect(await other.save(saved(4))).toBeUndefined();
    expect((await one.load('shop/live')).saved?.announced.signed.head.revision).toBe(5);
    await Promise.all([one.save(saved(6)), other.save(saved(6)), one.save(saved(6)), other.save(saved(6))]);
    expect((await other.load('shop/live')).saved).toEqual(saved(6));
    await other.save(saved(1, 'b'));
    expect((await one.load('shop/live')).saved).toEqual(saved(1, 'b'));
    expect(readdirSync(join(root, 'shop/live'))).toEqual(['snapshot']);
  });

  test('says why it cannot write, and keeps what is there', async () => {
    const root = folder();
    const state = openStateFolder(join(root, 'blocked'), 's');
    writeFileSync(join(root, 'blocked'), 'a file where the folder should be');
    expect(await state.save(saved(1))).toMatchObject({ code: 'DISK_WRITE' });
    const outside = saved(1);
    const { signed } = outside.announced;
    const announced = { signed: { ...signed, head: { ...signed.head, environment: '../out' } } };
    expect(await openStateFolder(root, 's').save({ ...outside, announced })).toMatchObject({
      code: 'DISK_WRITE',
    });
    expect(readdirSync(root)).toEqual(['blocked']);
  });

  test('sweeps what a killed process left half written, but not what one is writing', async () => {
    const root = folder();
    const state = openStateFolder(root, 's');
    await state.save(saved(1));
    const [old, fresh] = ['snapshot.1.aa.tmp', 'snapshot.2.bb.tmp'].map((name) =>
      join(root, 'shop/live', name),
    );
    for (const path of [old, fresh]) writeFileSync(path as string, 'half');
    utimesSync(old as string, 0, 0);
    await state.load('shop/live');
    expect(readdirSync(join(root, 'shop/live')).sort()).toEqual(['snapshot', 'snapshot.2.bb.tmp']);
  });
});
