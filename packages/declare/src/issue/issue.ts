/** One thing wrong with what was declared, for people and programs. Lines and columns count from 1; both are 0 where there is no file. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  /** Stable; the table is in `docs/checks.md`. */
  readonly code: string;
  readonly file: string;
  readonly line: number;
  /** In UTF-16 units, as editors count. */
  readonly column: number;
  /** How many columns of the line are meant; absent: one. */
  readonly length?: number;
  /** Within the resource, such as `spec.rules[1].when`. */
  readonly path: string;
  /** `Kind/name`. */
  readonly resource?: string;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  /** What to do, mostly `did you mean "x"?`. */
  readonly hint?: string;
  /** Other places the message speaks of, such as the first of two that are the same. */
  readonly also?: readonly RelatedPlace[];
}

export interface RelatedPlace {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and indices from a resource's root down to a value. */
export type Path = readonly (string | number)[];

/** Where in a resource a finding is: a value, its key, or a part of a text. */
export interface At {
  /** The id under which positions know the document: `Kind/name`. */
  readonly resource: string;
  readonly path: Path;
  readonly part?: 'key' | 'value';
  /** Offsets into the text at `path`. */
  readonly span?: { readonly start: number; readonly end: number };
}

/** `spec.rules[1].when`; keys that are no identifiers as `["user.tier"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
