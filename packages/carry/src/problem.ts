/** What can keep a receiver from following its source, by code: what it means and what it does about it. */
export const PROBLEMS = {
  UNREACHABLE:
    'the source does not answer; tries again with growing pauses and serves the last good snapshot',
  UNAUTHORIZED: 'the source refuses this receiver: check the read token',
  NOT_FOUND: 'the source knows no such environment: check the URL',
  OVERLOADED: 'the source asks for patience; tries again when it said',
  PROTOCOL: 'the source speaks, but not the sync protocol of Ombre, or a version this receiver does not know',
  SILENT: 'the stream said nothing for too long; it is opened anew',
  KEY_UNTRUSTED: 'the snapshot is signed by a key this receiver was not given; refused',
  SIGNATURE_INVALID:
    'the signature does not fit the head: altered on the way, or not from this control plane; refused',
  ENVIRONMENT: 'the source serves another environment than before; refused',
  BEHIND: 'the source went back behind a revision already seen in this lineage; refused',
  FORKED: 'the source has another snapshot under a revision already seen; refused',
  EXPIRED: 'the head is too old to start with and no state is on disk; refused',
  LINEAGE: 'a new lineage without a succession record signed by a trusted key; refused',
  OUT_OF_ORDER: 'a delta does not start where this receiver is; the whole snapshot is fetched',
  DIGEST: 'the bytes do not have the digest the head names; refused and fetched anew',
  MALFORMED: 'the bytes are no snapshot or delta; refused and fetched anew',
  FORMAT:
    'the snapshot is of a format newer than this receiver: upgrade it; the last good snapshot is served',
  BACKLOG: 'changes came faster than they could be compiled; the whole snapshot is fetched',
  SOURCE_INVALID: 'what is declared has errors; the last good state is served',
  DISK_CORRUPT: 'the snapshot on disk is torn or altered; ignored, a fresh one is fetched',
  DISK_UNTRUSTED: 'the snapshot on disk is not signed by a key this receiver was given; ignored',
  DISK_READ: 'the state directory cannot be read; going on without',
  DISK_WRITE: 'the snapshot could not be written to disk; serving goes on, a restart would be without it',
  KEYS_INVALID: 'the file of trusted keys cannot be used; those trusted before stay trusted',
  KILL_REFUSED:
    'a break-glass kill in the state directory is not carried out, or the control plane will not take one over that is; the detail says why',
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One trouble, with what was found. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** The problem in one line for a log. */
export function problemText(problem: Problem): string {
  return `${problem.code}: ${problem.detail} (${PROBLEMS[problem.code]})`;
}
