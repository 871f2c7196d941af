import { KILL_REFUSALS, type Kill, openKeyring, readKill } from '@ombre/carry';
import type { EnvironmentState } from '../store/row.ts';
import type { BreakGlassInput, Refusal } from './commands.ts';

/** Reads and verifies a signed kill as receivers do. The lineage is the caller's to judge: it may be one that the current has succeeded. */
export function readSignedKill(
  { head, breakGlass }: EnvironmentState,
  input: BreakGlassInput,
  now: number,
): { readonly ok: true; readonly kill: Kill } | Refusal {
  const { environment } = head;
  const read = readKill(input, openKeyring([breakGlass]), { environment }, now);
  if (read.ok) return read;
  const code = read.code === 'KILL_EXPIRED' ? 'EXPIRED' : 'SIGNATURE_INVALID';
  return { ok: false, code, message: `${environment} does not take it: ${KILL_REFUSALS[read.code]}.` };
}
