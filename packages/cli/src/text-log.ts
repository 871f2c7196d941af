import type { Log } from '@ombre/server';
import { paint, type Terminal } from './terminal.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const colours = { debug: 'dim', info: 'cyan', warn: 'yellow', error: 'red' } as const;

/** A log for a person who watches: time, level, sentence. What else is known stands behind it only where the sentence is short. */
export function textLog(terminal: Terminal, least: string): Log {
  const from = least === 'silent' ? levels.length : levels.indexOf(least as (typeof levels)[number]);
  const line =
    (level: (typeof levels)[number]) =>
    (fields: object, message: string): void => {
      if (levels.indexOf(level) < from) return;
      const time = new Date().toTimeString().slice(0, 8);
      const facts =
        message.includes('\n') || Object.keys(fields).length === 0
          ? ''
          : ` ${paint(terminal, 'dim', JSON.stringify(fields))}`;
      terminal.err(
        `${paint(terminal, 'dim', time)} ${paint(terminal, colours[level], level.padEnd(5))} ${message}${facts}\n`,
      );
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
