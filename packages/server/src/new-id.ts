import { randomBytes } from 'node:crypto';

/** A random id of 16 hexadecimal digits, for lineages. */
export function newId(): string {
  return randomBytes(8).toString('hex');
}
