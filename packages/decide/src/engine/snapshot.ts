/** What this process cannot serve as written, for its acknowledgement. */
export interface Unsupported {
  readonly flag: string;
  /** FLAG_UNSUPPORTED: the flag is off here. ATTRIBUTE_UNAVAILABLE: it decides as if the attribute were missing. FLAG_BROKEN: it cannot be read. */
  readonly code: 'FLAG_UNSUPPORTED' | 'ATTRIBUTE_UNAVAILABLE' | 'FLAG_BROKEN';
  readonly detail: string;
}

/** An environment at one revision, ready to decide. Immutable for those who hold it. */
export interface Snapshot {
  readonly digest: string;
  /** Names, sorted. */
  readonly flags: readonly string[];
  readonly unsupported: readonly Unsupported[];
  /** The next instant after `after` (milliseconds) at which time alone may change an answer. */
  boundaries(after: number): number | undefined;
  /** The flags whose answers time alone may change in (after, until], sorted. */
  changedBetween(after: number, until: number): readonly string[];
}
