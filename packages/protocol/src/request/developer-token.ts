import { canonicalJson } from '@ombre/decide';

/** Says who a developer is, to the processes of one environment, for a while. Times in ms since 1970. */
export interface DeveloperClaim {
  /** `project/environment`. */
  readonly environment: string;
  readonly developer: string;
  readonly issued: number;
  readonly expires: number;
}

/** A claim as it came, its signature not yet checked. */
export interface UncheckedClaim {
  readonly claim: DeveloperClaim;
  /** Id of the signing key. */
  readonly key: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

/** A token is valid for seven days at most. */
export const LONGEST_DEVELOPER_TOKEN: number = 7 * 24 * 3_600_000;

const LONGEST_TEXT = 1_000;
const FORM = /^([\w./-]+)~([\w.-]+)~(\d{1,16})~(\d{1,16})~([0-9a-f]+)~([\w-]+)$/;

/** Canonical JSON that the signature covers. It names its purpose, so that nothing else that the key signs is a token. */
export function developerPayload(claim: DeveloperClaim, key: string): string {
  const { environment, developer, issued, expires } = claim;
  return canonicalJson({ purpose: 'developer', environment, developer, issued, expires, key });
}

/** A token as text that people can read, and headers, cookies and URLs can hold. */
export function writeDeveloperToken(claim: DeveloperClaim, key: string, signature: string): string {
  const { environment, developer, issued, expires } = claim;
  return [environment, developer, issued, expires, key, signature].join('~');
}

/** Reads a token; undefined where the text is none. */
export function readDeveloperToken(text: string): UncheckedClaim | undefined {
  const parts = text.length > LONGEST_TEXT ? null : FORM.exec(text);
  if (parts === null) return undefined;
  const [, environment = '', developer = '', issued, expires, key = '', signature = ''] = parts;
  const claim = { environment, developer, issued: Number(issued), expires: Number(expires) };
  return { claim, key, signature };
}
