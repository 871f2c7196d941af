import { once } from 'node:events';
import { createServer } from 'node:net';
import { SettingsError } from '../effects/settings-error.ts';

/**
 * Finds out whether a port can be listened on, before anything is made for a server that could not. Rejects with what listening throws, or
 * with SettingsError for an address that is none of this machine's.
 */
export async function mayListen(host: string, port: number): Promise<void> {
  if (port > 65_535) throw new SettingsError(`${port} is no port; they go from 0 (any free one) to 65535`);
  const trial = createServer();
  try {
    trial.listen({ host, port });
    await once(trial, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new SettingsError(`${host} is no address of this machine`);
    throw error;
  }
  trial.close();
  await once(trial, 'close');
}
