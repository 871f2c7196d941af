/** What can be wrong with the text of a file. */
export const textCodes = {
  FILE_TOO_LARGE: {
    severity: 'error',
    message: 'the file has {size} bytes; at most {limit} are read',
    about: 'Split the file; long lists of ids belong into an `idsFile`, which may be larger.',
  },
  SOURCES_TOO_LARGE: {
    severity: 'error',
    message: 'all files together have {size} bytes; at most {limit} are read',
    about: 'Nothing was read. Ids in an `idsFile` do not count here.',
  },
  TOO_MANY_DOCUMENTS: {
    severity: 'error',
    message: 'the file holds more than {limit} documents',
    about: 'Split the file.',
  },
  NOT_TEXT: {
    severity: 'error',
    message: 'the file is not text',
    about: 'A NUL character was found: the file is binary, or in an encoding other than UTF-8.',
  },
  YAML_SYNTAX: {
    severity: 'error',
    message: '{problem}',
    about:
      'The text is not YAML 1.2. Only the first problem of a document is shown, since the others mostly follow from it.',
  },
  JSON_SYNTAX: {
    severity: 'error',
    message: '{problem}',
    about: 'A file named `.json` holds JSON exactly: no comments, no trailing commas, keys in double quotes.',
  },
  TAB_INDENT: {
    severity: 'error',
    message: 'a tab cannot indent in YAML',
    about: 'Indent with spaces.',
  },
  TOO_DEEP: {
    severity: 'error',
    message: 'nested deeper than {limit} levels',
    about: 'No resource needs such nesting; deeper text is not read at all, so that it can do no harm.',
  },
  YAML_VERSION: {
    severity: 'error',
    message: 'the document asks for YAML {version}',
    about:
      'Resources are YAML 1.2. Under 1.1 the words yes, no, on and off are booleans, which silently changes variants of such names.',
  },
  YAML_TAG: {
    severity: 'error',
    message: 'the tag {tag} has no meaning here',
    about: 'Resources are plain JSON values: text, numbers, true, false, null, lists and mappings.',
  },
  MERGE_KEY: {
    severity: 'error',
    message: 'the merge key << is not part of YAML 1.2',
    about: 'Repeat the keys, or use an anchor for the whole value.',
  },
  ALIAS_UNKNOWN: {
    severity: 'error',
    message: 'no anchor &{anchor} stands before this alias',
    about: 'An alias `*x` repeats the value that `&x` marked earlier in the same document.',
  },
  ALIAS_CYCLE: {
    severity: 'error',
    message: 'the alias *{anchor} stands inside the value it repeats',
    about: 'Such a value would never end.',
  },
  ALIAS_LIMIT: {
    severity: 'error',
    message: 'aliases repeat more than {limit} values in this document',
    about: 'Aliases of aliases grow exponentially, so their expansion is bounded.',
  },
  COMPLEX_KEY: {
    severity: 'error',
    message: 'a key must be text',
    about: 'Lists, mappings, aliases and nothing cannot be keys of a JSON object.',
  },
  DUPLICATE_KEY: {
    severity: 'error',
    message: 'the key {key} is written twice in one mapping',
    about: 'One of the two would be ignored silently. Both places are named.',
  },
  FORBIDDEN_KEY: {
    severity: 'error',
    message: 'the key {key} is not allowed anywhere',
    about: 'It means something else to JavaScript and is only ever seen in attacks.',
  },
  NUMBER_NOT_JSON: {
    severity: 'error',
    message: '{number} is no number of JSON',
    about: 'Infinity and NaN cannot be written in JSON and mean nothing in a resource.',
  },
  NUMBER_NOT_EXACT: {
    severity: 'error',
    message: '{number} cannot be kept exactly',
    about: 'Integers beyond ±(2⁵³ − 1) lose digits. If it is an id, put it in quotes.',
  },
  TOO_MANY_ISSUES: {
    severity: 'error',
    message: '{count} more issues are not shown',
    about: 'The list is cut after a thousand.',
  },
} as const;
