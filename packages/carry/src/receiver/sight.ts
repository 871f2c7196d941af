import { headPayload } from '@ombre/decide';
import type { SignedSuccession } from '@ombre/protocol';
import type { Announced } from '../source.ts';
import type { Keyring } from './keyring.ts';
import type { Sighting } from './sighting.ts';

/** Checks the signatures of an announced head. Without a keyring nothing is checked, which the sighting says. `now`: milliseconds since 1970. */
export function sight(announced: Announced, keyring: Keyring | undefined, now: number): Sighting {
  const { head, issued, expires, key, signature } = announced.signed;
  if (keyring === undefined) return { announced, trust: 'unchecked', expired: false, succeeds: [] };
  const trust = keyring.check(headPayload(head, issued, expires), key, signature);
  return { announced, trust, expired: now >= expires, succeeds: predecessors(announced, keyring) };
}

/** Lineages from which a chain of trusted records leads to the head's, however often the environment was restored. */
function predecessors({ signed, successions = [] }: Announced, keyring: Keyring): readonly string[] {
  const links = successions
    .filter(({ payload, key, signature }) => keyring.check(payload, key, signature) === 'trusted')
    .map(readLink)
    .filter((link) => link !== undefined)
    .filter((link) => link.environment === signed.head.environment);
  const found: string[] = [];
  let reached = [signed.head.lineage];
  while (reached.length > 0) {
    const before = links.filter(({ to }) => reached.includes(to)).map(({ from }) => from);
    reached = before.filter((lineage) => !found.includes(lineage));
    found.push(...reached);
  }
  return found;
}

function readLink({
  payload,
}: SignedSuccession): { environment: string; from: string; to: string } | undefined {
  // A trusted key also signs heads and changes; brought here as a record, they link nothing.
  const record = readJson(payload);
  if (typeof record !== 'object' || record === null) return undefined;
  const { environment, from, to } = record as Record<string, { lineage?: string } | string | null>;
  if (typeof environment !== 'string' || typeof from !== 'object' || typeof to !== 'object') return undefined;
  if (from?.lineage === undefined || to?.lineage === undefined) return undefined;
  return { environment, from: from.lineage, to: to.lineage };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
