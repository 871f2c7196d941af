import type { Clock } from '../clock.ts';
import { readAll, readJson } from '../http/answer.ts';
import { createSend, type Send } from '../http/request.ts';
import { limitSignal } from '../limit-signal.ts';
import { BREAK_GLASS_PATH } from './door.ts';
import { asKillOrder, type KillOrder } from './kill-order.ts';

/** How long a peer may take, in milliseconds. */
const PATIENCE = 2_000;

/** Asks another receiver for the kills it carries out. Nothing of the answer is verified; a peer that does not answer knows none. */
export type AskPeer = (signal: AbortSignal) => Promise<readonly KillOrder[]>;

/** Throws TypeError for an address that is no HTTP URL. */
export function peerAt(address: string, clock: Clock): AskPeer {
  const url = doorOf(address);
  const send: Send = createSend(url);
  return async (signal) => {
    const limit = limitSignal(signal, clock, PATIENCE);
    try {
      const { status, body } = await send(url.href, { method: 'GET', headers: {}, signal: limit.signal });
      const said = readJson(await readAll(body)) as { readonly kills?: unknown } | undefined;
      if (status !== 200 || !Array.isArray(said?.kills)) return [];
      return said.kills.map(asKillOrder).filter((order) => order !== undefined);
    } catch {
      return [];
    } finally {
      limit.done();
    }
  };
}

/** The door an address names: itself, or {@link BREAK_GLASS_PATH} where it has no path. Throws TypeError for what is no HTTP URL. */
export function doorOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new TypeError(`not an HTTP URL: ${address}`);
  if (url.pathname === '/') url.pathname = BREAK_GLASS_PATH;
  return url;
}
