import { type DestinationStream, pino } from 'pino';

/** The part of a logger that the control plane uses: fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

const SECRETS = [
  'token',
  'authorization',
  'ticket',
  'password',
  'signature',
  'privateKey',
  'x-api-key',
  'cookie',
];

/** JSON lines through pino. What is named like a secret is left out at any of the first three depths; a URL's query never gets here. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const paths = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const options = { level, base: null, redact: { paths, censor: '[redacted]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
