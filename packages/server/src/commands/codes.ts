import type { Issue } from '@ombre/declare';

type StoreCode =
  | 'RELEASE_ABOVE_ZERO'
  | 'RELEASE_GOES_BACK'
  | 'RELEASE_BACK_FIRST'
  | 'RELEASE_PINS'
  | 'RELEASE_UNDER_WAY'
  | 'RELEASE_SEES_CHANGE'
  | 'TARGET_WITHOUT_VARIANT'
  | 'UNKNOWN_DELETE'
  | 'DUPLICATE_RESOURCE';

interface CodeRow {
  readonly severity: Issue['severity'];
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  readonly hint: string | undefined;
}

/** What only the store can find wrong with a set, because it depends on releases and overrides in force; shown in `docs/store-checks.md`. */
export const codes: Readonly<Record<StoreCode, CodeRow>> = {
  RELEASE_ABOVE_ZERO: {
    severity: 'error',
    message: '{resource} cannot be deleted: the release {release} stands above 0 %',
    expected: 'a release that was rolled back, or has landed',
    found: '{release} above 0 %',
    hint: 'abort the release, or land it, first',
  },
  RELEASE_GOES_BACK: {
    severity: 'warning',
    message: '{resource} is rolled back first, then it goes',
    expected: 'a release at 0 %',
    found: '{resource} above 0 %',
    hint: undefined,
  },
  RELEASE_BACK_FIRST: {
    severity: 'warning',
    message: '{resource} is rolled back first, and stays so until it is resumed: it holds {keys}',
    expected: 'a release that holds nothing of what changes',
    found: '{resource} with {keys}',
    hint: undefined,
  },
  RELEASE_PINS: {
    severity: 'error',
    message: '{resource} keeps its last good spec: the release {release} is climbing and pins it',
    expected: 'the spec that {release} began with',
    found: 'another',
    hint: 'wait for the release, roll it back, or give it onChange: carry-on',
  },
  RELEASE_UNDER_WAY: {
    severity: 'error',
    message: '{resource} keeps its last good spec: {what} cannot change while it stands above 0 %',
    expected: '{what} as at its first move',
    found: 'another',
    hint: 'only levels that are not reached, holds, guards and what it does about them may change; roll it back to change more',
  },
  RELEASE_SEES_CHANGE: {
    severity: 'warning',
    message: '{resource} changes under the climbing release {release}, which asked for onChange: {onChange}',
    expected: 'the spec that {release} began with',
    found: 'another',
    hint: undefined,
  },
  TARGET_WITHOUT_VARIANT: {
    severity: 'warning',
    message: '{resource} no longer has the variant {variant}: {count} individual targets rest until it does',
    expected: 'the variant {variant}',
    found: 'none of that name',
    hint: 'lift the targets, or keep the variant',
  },
  UNKNOWN_DELETE: {
    severity: 'error',
    message: '{resource} cannot be deleted: it does not exist',
    expected: 'a resource of the environment',
    found: '{resource}, which is none',
    hint: undefined,
  },
  DUPLICATE_RESOURCE: {
    severity: 'error',
    message: '{resource} stands twice in the set',
    expected: 'each resource once',
    found: '{resource} twice',
    hint: undefined,
  },
};

/** An issue of the store about one resource. It has no place in a file: the caller knows where the resource came from. */
export function storeIssue(
  code: StoreCode,
  resource: string,
  facts: Readonly<Record<string, string | number>> = {},
): Issue {
  const { severity, message, expected, found, hint } = codes[code];
  const said: Readonly<Record<string, string | number>> = { ...facts, resource };
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_, word: string) => String(said[word] ?? ''));
  return {
    severity,
    code,
    file: '',
    line: 0,
    column: 0,
    path: '',
    resource,
    message: filled(message),
    expected: filled(expected),
    found: filled(found),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Whether a code is one of the store's, which the page of the checks does not have. */
export function isStoreCode(code: string): boolean {
  return Object.hasOwn(codes, code);
}
