import {
  type CodeVocabulary,
  compileSnapshot,
  type Entry,
  encodeSnapshot,
  type Snapshot,
} from '@ombre/decide';

/** A snapshot that decides here and is never shown or sent: what a condition comes to, or who would move. */
export function trialSnapshot(entries: Iterable<Entry>, vocabularies: readonly CodeVocabulary[]): Snapshot {
  const functions = vocabularies.map((vocabulary) => ({ functions: vocabulary.functions ?? [] }));
  return compileSnapshot(encodeSnapshot(entries, contentName), { vocabularies: functions, codegen: false });
}

/** Names a text in place of SHA-256, which a pure room has not: eight runs of FNV-1a (Fowler, Noll & Vo) with different starts. */
function contentName(text: string): string {
  let name = '';
  for (let run = 0; run < 8; run++) {
    let hash = Math.imul(0x811c9dc5 ^ run, 0x01000193 + 2 * run);
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    name += ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0');
  }
  return name;
}
