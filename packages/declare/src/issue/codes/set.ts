/** What can be wrong with a set of files: names that are there twice, too often, or not at all. */
export const setCodes = {
  DUPLICATE_RESOURCE: {
    severity: 'error',
    message: '{resource} is declared twice',
    expected: 'each resource once',
    found: '{resource} again',
    about: 'Kind and name identify a resource within an environment. Both places are named.',
  },
  DUPLICATE_PROJECT: {
    severity: 'error',
    message: 'there is more than one ombre.yaml',
    expected: 'one ombre.yaml',
    found: 'another one',
    about: 'One set of files belongs to one project and environment.',
  },
  IDS_FILE_MISSING: {
    severity: 'error',
    message: 'there is no file {file}',
    about: 'An `idsFile` is named relative to the file that mentions it and holds one id a line.',
  },
  BAD_ID: {
    severity: 'error',
    message: 'line {line} of {file} holds no id: {problem}',
    expected: 'an id',
    found: '{problem}',
    about:
      'An id is 1 to 1,000 characters on a line of its own; spaces around it are dropped, empty lines skipped.',
  },
  QUOTA: {
    severity: 'error',
    message: 'there are {count} {kind} resources; this environment may have {limit}',
    expected: 'at most {limit} {kind} resources',
    found: '{count}',
    about: 'Quotas keep one environment from taking the memory of all. An operator can raise them.',
  },
  UNKNOWN_FLAG: {
    severity: 'error',
    message: 'there is no flag {name}',
    expected: 'a declared flag',
    found: '{name}',
    about: 'The flag must be declared in the same environment.',
  },
  UNKNOWN_VARIANT: {
    severity: 'error',
    message: 'the flag {flag} has no variant {variant}',
    about: 'The variants a flag has are the keys of its `variants`.',
  },
  UNKNOWN_SEGMENT: {
    severity: 'error',
    message: 'there is no segment {name}',
    expected: 'a declared segment',
    found: '{name}',
    about: 'The segment must be declared in the same environment.',
  },
  UNKNOWN_TABLE: {
    severity: 'error',
    message: 'there is no table {name}',
    expected: 'a declared table',
    found: '{name}',
    about: 'The table must be declared in the same environment.',
  },
  UNKNOWN_UPSTREAM: {
    severity: 'error',
    message: 'there is no upstream {name}',
    expected: 'a declared upstream',
    found: '{name}',
    about: 'The upstream must be declared in the same environment.',
  },
  UNKNOWN_HOLDOUT: {
    severity: 'error',
    message: 'there is no holdout {name}',
    expected: 'a declared holdout',
    found: '{name}',
    about: 'The holdout must be declared in the same environment.',
  },
  UNKNOWN_ATTRIBUTE: {
    severity: 'error',
    message: 'no vocabulary declares the attribute {name}',
    about: 'Attributes are declared in a Vocabulary, so that a misspelt one is found before it is served.',
  },
  UNKNOWN_ENRICHER: {
    severity: 'warning',
    message: 'no enricher {name} is built in here',
    expected: 'an enricher built in here',
    found: '{name}',
    about:
      'Processes that lack the enricher report flags that read the attribute as unsupported, and answer their default.',
  },
} as const;
