import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encoded } from '@ombre/decide';
import { formatSnapshot, parseSnapshot, readSignedHead, type SignedSuccession } from '@ombre/protocol';
import type { KillOrder } from '../break-glass/kill-order.ts';
import type { Problem } from '../problem.ts';
import { sha256 } from '../sha256.ts';
import type { Announced } from '../source.ts';

const FORMAT = 'ombre-state 1';
const FILE = 'snapshot';
const KILLS = 'kills.json';
/** What a killed process left half written is swept when it is this old, in milliseconds. */
const LEFT_OVER = 600_000;
const ENVIRONMENT = /^[a-z0-9][a-z0-9._-]{0,99}\/[a-z0-9][a-z0-9._-]{0,99}$/;

/** The last good snapshot under the head it had. Nothing in it is verified but that it is whole. */
export interface Saved {
  readonly announced: Announced;
  readonly encoded: Encoded;
}

export type Loaded = { readonly saved?: Saved; readonly problem?: Problem };

/**
 * The state directory of receivers: one file an environment, replaced as a whole. Processes may share it; each writes a file of
 * its own and renames it, and none puts an older revision in a newer one's place. `source` finds the environment again where only
 * the source's address is known.
 */
export interface StateFolder {
  load(environment: string | undefined): Promise<Loaded>;
  /** Answers what went wrong; the file is then what it was. */
  save(saved: Saved): Promise<Problem | undefined>;
  /** Break-glass kills, as they were signed. */
  loadKills(environment: string): Promise<readonly KillOrder[]>;
  saveKills(environment: string, orders: readonly KillOrder[]): Promise<Problem | undefined>;
}

export function openStateFolder(root: string, source: string): StateFolder {
  const pointer = join(root, '.sources', createHash('sha256').update(source).digest('hex').slice(0, 16));
  let pointed: string | undefined;

  return {
    async load(environment) {
      try {
        pointed = await readIfThere(pointer);
        const name = environment ?? pointed;
        if (name === undefined || !ENVIRONMENT.test(name)) return {};
        const folder = join(root, name);
        await sweep(folder);
        const text = await readIfThere(join(folder, FILE));
        if (text === undefined) return {};
        const saved = parse(text);
        return saved ?? { problem: { code: 'DISK_CORRUPT', detail: join(folder, FILE) } };
      } catch (error) {
        return { problem: { code: 'DISK_READ', detail: (error as Error).message } };
      }
    },

    async save({ announced, encoded }) {
      const { environment } = announced.signed.head;
      if (!ENVIRONMENT.test(environment)) {
        return { code: 'DISK_WRITE', detail: `${JSON.stringify(environment)} names no folder` };
      }
      try {
        const folder = join(root, environment);
        await replace(folder, FILE, format({ announced, encoded }), async () => {
          const there = await readIfThere(join(folder, FILE), 64 * 1024);
          return there === undefined || !newer(readHeader(there), announced);
        });
        if (pointed !== environment) {
          await replace(join(root, '.sources'), pointer.slice(-16), [environment], async () => true);
          pointed = environment;
        }
        return undefined;
      } catch (error) {
        return { code: 'DISK_WRITE', detail: (error as Error).message };
      }
    },

    async loadKills(environment) {
      try {
        const text = await readIfThere(join(root, environment, KILLS));
        const orders: unknown = JSON.parse(text ?? '[]');
        return Array.isArray(orders) ? orders.filter(isOrder) : [];
      } catch {
        return [];
      }
    },

    async saveKills(environment, orders) {
      try {
        await replace(join(root, environment), KILLS, [`${JSON.stringify(orders)}\n`], async () => true);
        return undefined;
      } catch (error) {
        return { code: 'DISK_WRITE', detail: (error as Error).message };
      }
    },
  };
}

function isOrder(value: unknown): value is KillOrder {
  if (typeof value !== 'object' || value === null) return false;
  const { payload, signature } = value as Record<string, unknown>;
  return typeof payload === 'string' && typeof signature === 'string';
}

const NOTHING: Encoded = { manifest: '', digest: '', chunks: new Map(), blobs: new Map() };

/** The text of a file in parts, so that megabytes are never joined: `formatSnapshot` of a whole is that of its parts, one after the other. */
function* format({ announced, encoded }: Saved): Generator<string> {
  const header = JSON.stringify(announced);
  yield `${FORMAT} ${sha256(header)}\n${header}\n`;
  yield formatSnapshot({ ...NOTHING, manifest: encoded.manifest, digest: encoded.digest });
  const before = formatSnapshot(NOTHING).length;
  for (const chunk of encoded.chunks) {
    yield formatSnapshot({ ...NOTHING, chunks: new Map([chunk]) }).slice(before);
  }
  for (const blob of encoded.blobs) {
    yield formatSnapshot({ ...NOTHING, blobs: new Map([blob]) }).slice(before);
  }
}

function parse(text: string): Loaded | undefined {
  const announced = readHeader(text);
  if (announced === undefined) return undefined;
  const encoded = parseSnapshot(text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1));
  return encoded === undefined ? undefined : { saved: { announced, encoded } };
}

/** The head a file begins with; undefined where that part is not whole. */
function readHeader(text: string): Announced | undefined {
  const [first = '', header = ''] = text.slice(0, 64 * 1024).split('\n', 2);
  if (first !== `${FORMAT} ${sha256(header)}`) return undefined;
  const { signed, successions } = JSON.parse(header) as {
    signed: unknown;
    successions?: readonly SignedSuccession[];
  };
  const head = readSignedHead(signed);
  if (head === undefined) return undefined;
  return successions === undefined ? { signed: head } : { signed: head, successions };
}

function newer(there: Announced | undefined, ours: Announced): boolean {
  const [a, b] = [there?.signed.head, ours.signed.head];
  return a !== undefined && a.lineage === b.lineage && a.revision > b.revision;
}

/** Writes beside, makes sure it is on the disk, and puts it in place if that is still wanted. */
async function replace(
  folder: string,
  name: string,
  parts: Iterable<string>,
  wanted: () => Promise<boolean>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = join(folder, `${name}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      // A part at a time, so that encoding them does not hold the event loop.
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    if (await wanted()) {
      await rename(beside, join(folder, name));
      await syncFolder(folder);
    } else await unlink(beside);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw error;
  }
}

/** The rename itself is on the disk only when the folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string, most?: number): Promise<string | undefined> {
  try {
    if (most === undefined) return await readFile(path, 'utf8');
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.tmp'))) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LEFT_OVER) await unlink(path).catch(() => {});
  }
}
