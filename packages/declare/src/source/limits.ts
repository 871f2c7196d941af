/** Bounds of what is read at all, so that hostile or broken text costs bounded time and memory. */
export interface SourceLimits {
  /** Bytes of one file of resources. */
  readonly file: number;
  /** Bytes of all files of resources together. */
  readonly files: number;
  /** Bytes of one file of ids. */
  readonly idsFile: number;
  readonly documents: number;
  /** Lists and mappings inside each other. */
  readonly depth: number;
  /** Values that aliases of one document may repeat. */
  readonly aliased: number;
}

export const sourceLimits: SourceLimits = {
  file: 16 * 1024 * 1024,
  files: 64 * 1024 * 1024,
  idsFile: 128 * 1024 * 1024,
  documents: 50_000,
  depth: 64,
  aliased: 100_000,
};
