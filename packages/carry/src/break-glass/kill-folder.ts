import { chown, mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../problem.ts';
import { replaceFile } from '../receiver/replace-file.ts';
import { asKillOrder, idOfOrder, type KillOrder } from './kill-order.ts';
import type { KeptKill, TakenOver } from './kills.ts';

/** A file of more bytes is no order. */
const LONGEST = 64 * 1024;

/**
 * The kills of a state directory: `<project>/<environment>/kills/<id>.json`, one file an order, so that an operator and the processes that
 * share the directory never write over each other. Nothing in it is verified.
 */
export interface KillFolder {
  read(environment: string): Promise<readonly KeptKill[]>;
  /** Answers what went wrong. */
  write(environment: string, kept: KeptKill): Promise<Problem | undefined>;
  remove(environment: string, order: KillOrder): Promise<void>;
}

export function openKillFolder(root: string): KillFolder {
  const folderOf = (environment: string): string => join(root, environment, 'kills');
  return {
    async read(environment) {
      const folder = folderOf(environment);
      const names = await readdir(folder).catch(() => []);
      const read = names.filter((name) => name.endsWith('.json')).map((name) => readKept(join(folder, name)));
      return (await Promise.all(read)).filter((kept) => kept !== undefined);
    },

    async write(environment, { order, accepted, taken }) {
      const text = JSON.stringify({ ...order, accepted, ...(taken === undefined ? {} : { taken }) });
      try {
        await replaceFile(folderOf(environment), nameOf(order), [`${text}\n`]);
        return undefined;
      } catch (error) {
        return { code: 'DISK_WRITE', detail: (error as Error).message };
      }
    },

    async remove(environment, order) {
      await unlink(join(folderOf(environment), nameOf(order))).catch(() => {});
    },
  };
}

/** Leaves an order where the receivers of a state directory find it within a second. Throws what the file system throws. */
export async function leaveKill(root: string, environment: string, order: KillOrder): Promise<string> {
  const above = join(root, environment);
  const folder = join(above, 'kills');
  const owner = await stat(above);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Left by root, it must still be readable by who runs the receiver: a hidden file first, and its owner before its name.
  const name = nameOf(order);
  await replaceFile(folder, name, [`${JSON.stringify(order)}\n`], async () => {
    if (process.getuid?.() !== 0) return true;
    const mine = (await readdir(folder)).filter((one) => one.startsWith(`${name}.${process.pid}.`));
    for (const path of [folder, ...mine.map((one) => join(folder, one))])
      await chown(path, owner.uid, owner.gid);
    return true;
  });
  return join(folder, name);
}

function nameOf(order: KillOrder): string {
  const id = idOfOrder(order);
  if (id === undefined) throw new Error('an order without an id has no name');
  return `${id}.json`;
}

async function readKept(path: string): Promise<KeptKill | undefined> {
  try {
    if ((await stat(path)).size > LONGEST) return undefined;
    const value = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> | null;
    const order = asKillOrder(value);
    if (order === undefined || idOfOrder(order) === undefined) return undefined;
    const taken = asTaken(value?.taken);
    return { order, accepted: value?.accepted === true, ...(taken === undefined ? {} : { taken }) };
  } catch {
    return undefined;
  }
}

function asTaken(value: unknown): TakenOver | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { lineage, revision } = value as Record<string, unknown>;
  return typeof lineage === 'string' && Number.isSafeInteger(revision)
    ? { lineage, revision: revision as number }
    : undefined;
}
