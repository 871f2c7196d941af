import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes beside, makes sure it is on the disk, and puts it in place if that is still wanted. Makes the folder; only the owner can read it. */
export async function replaceFile(
  folder: string,
  name: string,
  parts: Iterable<string>,
  wanted: () => Promise<boolean> = () => Promise.resolve(true),
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
