/** What can be wrong with the shape of one document. */
export const shapeCodes = {
  NOT_A_RESOURCE: {
    severity: 'error',
    message: 'a resource is a mapping with apiVersion, kind, metadata and spec',
    expected: '{ apiVersion, kind, metadata, spec }',
    about: 'Each document is one resource; a document may also be a list of resources.',
  },
  API_VERSION: {
    severity: 'error',
    message: 'the apiVersion {found} is not known',
    about: 'This version of Ombre reads `ombre.dev/v1`.',
  },
  UNKNOWN_KIND: {
    severity: 'error',
    message: 'there is no kind {kind}',
    found: '{kind}',
    about: 'Kinds are Vocabulary, Flag, Segment, Table, Upstream and Release, written with a capital.',
  },
  RESERVED_KIND: {
    severity: 'error',
    message: 'the kind {kind} is reserved and has no meaning yet',
    found: '{kind}',
    about: 'A later version of Ombre will read it; this one would ignore it, and so refuses it.',
  },
  MISSING_KEY: {
    severity: 'error',
    message: 'the key {key} is missing',
    found: 'nothing',
    about: 'The place shown is the mapping that needs the key.',
  },
  MISSING_VALUE: {
    severity: 'error',
    message: 'the key {key} has no value',
    about: 'An empty value is null in YAML. Write the value or remove the key.',
  },
  UNKNOWN_KEY: {
    severity: 'error',
    message: 'unknown key {key}',
    about: 'Keys that mean nothing are refused, since most of them are misspelt ones that mean much.',
  },
  WRONG_TYPE: {
    severity: 'error',
    message: 'the value is of the wrong type',
    about: 'Expected and found are shown. Text that looks like a number or boolean needs quotes.',
  },
  NOT_ONE_OF: {
    severity: 'error',
    message: '{found} is not one of the values allowed here',
    about: 'The values allowed are listed under expected.',
  },
  NO_ALTERNATIVE: {
    severity: 'error',
    message: 'none of the forms allowed here has these keys',
    about: 'The value may be written in several forms, told apart by their keys.',
  },
  CONFLICTING_KEYS: {
    severity: 'error',
    message: 'the key {key} cannot stand beside {others}',
    found: '{key} beside {others}',
    about: 'They belong to different forms of which only one can be meant.',
  },
  ACTION_SERVES_VARIANT: {
    severity: 'error',
    message: 'a rule with an action serves exactly one variant',
    about:
      'The answer of deny, throttle or degrade is the variant the rule names; it cannot be a share, split or table.',
  },
  BAD_NAME: {
    severity: 'error',
    message: '{found} is no name',
    about:
      'Names of resources, rules, rows and dimensions are 1 to 100 of a-z 0-9 . _ - and start with a letter or digit: clients put them unescaped into URLs.',
  },
  BAD_LABEL: {
    severity: 'error',
    message: '{found} is no label',
    about: 'Names of variants and levels are 1 to 100 of A-Z a-z 0-9 . _ - and start with a letter or digit.',
  },
  BAD_ATTRIBUTE_NAME: {
    severity: 'error',
    message: '{found} is no attribute name',
    about: 'An attribute is a dotted path of identifiers, such as `user.tier`.',
  },
  BAD_DURATION: {
    severity: 'error',
    message: '{found} is no duration',
    about: 'A duration is a number and one of ms, s, m, h, d: `250ms`, `1.2s`, `5m`, `1h`, `7d`.',
  },
  BAD_INSTANT: {
    severity: 'error',
    message: '{found} is no instant',
    about: 'Instants are RFC 3339 with an offset: `2026-11-21T08:00:00Z` or `2026-11-21T16:00:00+08:00`.',
  },
  BAD_URL: {
    severity: 'error',
    message: '{found} is no http or https address',
    about: 'Write the address with its scheme, such as `http://judge-v2:8080`.',
  },
  BAD_SHARE: {
    severity: 'error',
    message: 'a share is a fraction from 0 to 1 with at most six decimals',
    about:
      'Positions of units are counted in millionths, so that 0.000001 is the smallest share. 10 % is 0.1.',
  },
  BAD_VALUE: {
    severity: 'error',
    message: '{problem}',
    expected: 'another value: {problem}',
    about: 'The value has the right type and breaks another rule, which the message states.',
  },
  OUT_OF_RANGE: {
    severity: 'error',
    message: '{found} is out of range',
    about: 'The range allowed is shown under expected.',
  },
  WRONG_LENGTH: {
    severity: 'error',
    message: 'the {what} has {found}',
    about: 'Texts and lists are bounded; the bound is shown under expected.',
  },
} as const;
