import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type BreakGlassView,
  doorOf,
  type Kill,
  type KillOrder,
  LONGEST_KILL,
  leaveKill,
  savedHeads,
  signKill,
} from '@ombre/carry';
import { CommandEnd, exits } from './exit.ts';
import type { Shell } from './shell.ts';

/** Where the orders go. */
export interface BreakGlassTarget {
  readonly via: readonly string[];
  readonly stateDir: string | undefined;
  /** File of the private key. */
  readonly key: string | undefined;
}

/** What one receiver said. */
interface Delivered {
  readonly to: string;
  readonly ok: boolean;
  readonly said: string;
}

/** A place that takes orders, with the environment and lineage that an order must name there. */
interface Place {
  readonly to: string;
  readonly environment: string;
  readonly lineage: string;
  deliver(order: KillOrder): Promise<Delivered>;
}

/** Signs a kill with the break-glass key and brings it to receivers, while the control plane is away. Ends with 0 only where all took it. */
export async function killByBreakGlass(
  shell: Shell,
  flag: string,
  target: BreakGlassTarget,
  kill: { readonly why: string; readonly until: number | undefined },
): Promise<void> {
  const privateKey = readKey(shell, target.key);
  const issued = Date.now();
  const expires = kill.until ?? issued + LONGEST_KILL;
  if (expires - issued > LONGEST_KILL)
    throw new CommandEnd(exits.usage, 'a break-glass kill lasts at most 24 hours; give --for 24h or less');
  const found = await Promise.all([
    ...target.via.map((address) => placeAt(address)),
    ...(target.stateDir === undefined ? [] : [placeIn(shell, target.stateDir)]),
  ]);
  const signed = { flag, by: shell.author(), why: kill.why, issued, expires };
  const orders = new Map<string, KillOrder>();
  const orderFor = ({ environment, lineage }: Place): KillOrder => {
    const known = orders.get(`${environment} ${lineage}`);
    const order = known ?? sign({ ...signed, environment, lineage, id: randomUUID() }, privateKey);
    orders.set(`${environment} ${lineage}`, order);
    return order;
  };
  const delivered: Delivered[] = [];
  for (const place of found) {
    const one = 'deliver' in place ? await place.deliver(orderFor(place)) : place;
    delivered.push(one);
  }
  const done = delivered.filter(({ ok }) => ok).length;
  const lines = delivered.map(({ to, ok, said }) => `${ok ? 'killed' : 'not   '}  ${to}: ${said}\n`).join('');
  shell.print({ flag, expires, delivered }, () => {
    const when = new Date(expires).toISOString().replace('T', ' ').slice(0, 19);
    const end = `it ends at ${when} UTC, or when the control plane is back and \`ombre kill ${flag} --lift\` is run\n`;
    return lines + (done === 0 ? '' : end);
  });
  if (done < delivered.length)
    throw new CommandEnd(
      exits.no,
      `${delivered.length - done} of ${delivered.length} did not take the kill`,
      {
        flag,
        delivered,
      },
    );
}

function readKey(shell: Shell, given: string | undefined): string {
  const file = given ?? shell.terminal.env.OMBRE_BREAK_GLASS_KEY;
  if (file === undefined) {
    throw new CommandEnd(
      exits.usage,
      'name the file of the private break-glass key with --key or OMBRE_BREAK_GLASS_KEY; `ombre up` printed it when the environment was made',
    );
  }
  try {
    return readFileSync(resolve(shell.terminal.cwd, file), 'utf8');
  } catch (error) {
    throw new CommandEnd(exits.usage, `the key cannot be read: ${(error as Error).message}`);
  }
}

function sign(kill: Kill, privateKey: string): KillOrder {
  try {
    return signKill(kill, privateKey);
  } catch (error) {
    if (error instanceof TypeError) throw new CommandEnd(exits.usage, `--key: ${error.message}`);
    throw error;
  }
}

/** Milliseconds that a receiver may take. */
const PATIENCE = 5_000;

async function placeAt(address: string): Promise<Place | Delivered> {
  const url = doorAt(address);
  const asked = await ask(url, 'GET');
  if (!asked.ok) return { to: address, ok: false, said: asked.said };
  const { environment, lineage } = asked.body as Partial<BreakGlassView>;
  if (typeof environment !== 'string' || typeof lineage !== 'string') {
    return { to: address, ok: false, said: 'what answers there is no receiver of Ombre' };
  }
  return {
    to: address,
    environment,
    lineage,
    async deliver(order) {
      const { ok, said } = await ask(url, 'POST', JSON.stringify(order));
      return { to: address, ok, said: ok ? `${environment}, at once` : said };
    },
  };
}

function doorAt(address: string): URL {
  try {
    return doorOf(address);
  } catch (error) {
    throw new CommandEnd(exits.usage, `--via: ${(error as Error).message}`);
  }
}

async function ask(
  url: URL,
  method: string,
  body?: string,
): Promise<{ readonly ok: boolean; readonly said: string; readonly body?: unknown }> {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const answer = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
    if (response.ok) return { ok: true, said: 'ok', body: answer };
    const why = answer.code === undefined ? '' : ` ${answer.code}: ${answer.message}`;
    return { ok: false, said: `answers ${response.status}${why}` };
  } catch (error) {
    const { cause, message } = error as Error & { readonly cause?: { readonly code?: string } };
    return { ok: false, said: `does not answer (${cause?.code ?? message})` };
  }
}

async function placeIn(shell: Shell, directory: string): Promise<Place> {
  const root = resolve(shell.terminal.cwd, directory);
  const heads = await savedHeads(root);
  const wanted = shell.environment();
  const fitting = wanted === undefined ? heads : heads.filter(({ environment }) => environment === wanted);
  const [head] = fitting;
  if (head === undefined || fitting.length > 1) {
    const names = heads.map(({ environment }) => environment).join(', ');
    const there = heads.length === 0 ? 'holds no snapshot' : `holds ${names}`;
    throw new CommandEnd(
      exits.usage,
      `${directory} ${there}; name a receiver's state directory, and with --env which environment`,
    );
  }
  const { environment, lineage } = head;
  return {
    to: directory,
    environment,
    lineage,
    async deliver(order) {
      try {
        await leaveKill(root, environment, order);
        return {
          to: directory,
          ok: true,
          said: `${environment}, left for the receivers that use this directory`,
        };
      } catch (error) {
        return { to: directory, ok: false, said: (error as Error).message };
      }
    },
  };
}
