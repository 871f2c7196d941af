import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Encoded } from '@ombre/decide';
import { createSnapshotParser, formatSnapshot, readSignedHead, type SignedSuccession } from '@ombre/protocol';
import type { Problem } from '../problem.ts';
import { sha256 } from '../sha256.ts';
import type { Announced } from '../source.ts';
import { replaceFile } from './replace-file.ts';
import { inSlices } from './slices.ts';

const FORMAT = 'ombre-state 1';
const FILE = 'snapshot';
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
}

export function openStateFolder(root: string, source: string): StateFolder {
  const pointer = join(root, '.sources', createHash('sha256').update(source).digest('hex').slice(0, 16));
  let pointed: string | undefined;

  return {
    async load(environment) {
      try {
        pointed = (await readIfThere(pointer))?.toString('utf8');
        const name = environment ?? pointed;
        if (name === undefined || !ENVIRONMENT.test(name)) return {};
        const folder = join(root, name);
        await sweep(folder);
        const bytes = await readIfThere(join(folder, FILE));
        if (bytes === undefined) return {};
        const saved = await inSlices(parse(bytes));
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
        await replaceFile(folder, FILE, format({ announced, encoded }), async () => {
          const there = await readIfThere(join(folder, FILE), HEADER);
          return there === undefined || !newer(readHeader(there), announced);
        });
        if (pointed !== environment) {
          await replaceFile(join(root, '.sources'), pointer.slice(-16), [environment], async () => true);
          pointed = environment;
        }
        return undefined;
      } catch (error) {
        return { code: 'DISK_WRITE', detail: (error as Error).message };
      }
    },
  };
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

/** Bytes that are decoded in one turn. */
const PIECE = 256 * 1024;

function* parse(bytes: Buffer): Generator<undefined, Loaded | undefined> {
  const announced = readHeader(bytes);
  if (announced === undefined) return undefined;
  const parser = createSnapshotParser();
  const decoder = new StringDecoder('utf8');
  for (let at = bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 1; at < bytes.length; at += PIECE) {
    parser.push(decoder.write(bytes.subarray(at, at + PIECE)));
    yield;
  }
  parser.push(decoder.end());
  const encoded = parser.end();
  return encoded === undefined ? undefined : { saved: { announced, encoded } };
}

/** Bytes that a head needs at most. */
const HEADER = 64 * 1024;

/** The head a file begins with; undefined where that part is not whole. */
function readHeader(bytes: Buffer): Announced | undefined {
  const [first = '', header = ''] = bytes.toString('utf8', 0, HEADER).split('\n', 2);
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

async function readIfThere(path: string, most?: number): Promise<Buffer | undefined> {
  try {
    if (most === undefined) return await readFile(path);
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
      return buffer.subarray(0, bytesRead);
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
