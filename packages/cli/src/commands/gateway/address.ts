import type { Inherited, Listen } from '@ombre/gateway';
import { CommandEnd, exits } from '../../exit.ts';

/** A socket handed down by whoever starts the gateway, such as `fd:3` by systemd; undefined where the text is an address. */
export function inherited(text: string): Inherited | undefined {
  const fd = /^fd:(\d{1,4})$/.exec(text)?.[1];
  return fd === undefined ? undefined : { fd: Number(fd) };
}

export function address(text: string, option: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new CommandEnd(exits.usage, `${option} takes host:port such as 127.0.0.1:8080, not "${text}"`);
  }
  return { host, port };
}
