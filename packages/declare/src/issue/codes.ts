/** What one code says, and what its reader should know. `{word}` in the message is filled in where the issue is found. */
export interface CodeRow {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Why it is an issue and what to do, for `docs/checks.md`. */
  readonly about: string;
}

/** The one table of what can be wrong with resources. Codes are stable; wordings may improve. */
export const codes = {
  // The text of a file
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
  // The shape of a document
  NOT_A_RESOURCE: {
    severity: 'error',
    message: 'a resource is a mapping with apiVersion, kind, metadata and spec',
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
    about: 'Kinds are Vocabulary, Flag, Segment, Table, Upstream and Release, written with a capital.',
  },
  RESERVED_KIND: {
    severity: 'error',
    message: 'the kind {kind} is reserved and has no meaning yet',
    about: 'A later version of Ombre will read it; this one would ignore it, and so refuses it.',
  },
  MISSING_KEY: {
    severity: 'error',
    message: 'the key {key} is missing',
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
  // The set of files
  DUPLICATE_RESOURCE: {
    severity: 'error',
    message: '{resource} is declared twice',
    about: 'Kind and name identify a resource within an environment. Both places are named.',
  },
  DUPLICATE_PROJECT: {
    severity: 'error',
    message: 'there is more than one ombre.yaml',
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
    about:
      'An id is 1 to 1,000 characters on a line of its own; spaces around it are dropped, empty lines skipped.',
  },
  QUOTA: {
    severity: 'error',
    message: 'there are {count} {kind} resources; this environment may have {limit}',
    about: 'Quotas keep one environment from taking the memory of all. An operator can raise them.',
  },
  // References
  UNKNOWN_FLAG: {
    severity: 'error',
    message: 'there is no flag {name}',
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
    about: 'The segment must be declared in the same environment.',
  },
  UNKNOWN_TABLE: {
    severity: 'error',
    message: 'there is no table {name}',
    about: 'The table must be declared in the same environment.',
  },
  UNKNOWN_UPSTREAM: {
    severity: 'error',
    message: 'there is no upstream {name}',
    about: 'The upstream must be declared in the same environment.',
  },
  UNKNOWN_HOLDOUT: {
    severity: 'error',
    message: 'there is no holdout {name}',
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
    about:
      'Processes that lack the enricher report flags that read the attribute as unsupported, and answer their default.',
  },
  // Vocabulary
  DUPLICATE_ATTRIBUTE: {
    severity: 'error',
    message: 'the attribute {name} is declared twice',
    about: 'The vocabularies of an environment add up; each attribute belongs to one. Both places are named.',
  },
  ATTRIBUTE_INSIDE: {
    severity: 'error',
    message: 'the attribute {name} lies inside the attribute {outer}',
    about: 'A value cannot be of a plain type and have parts at once: declare `{outer}` or its parts.',
  },
  ATTRIBUTE_TYPE: {
    severity: 'error',
    message: '{found} is no type',
    about:
      'Types are string, int, uint, double, bool, bytes, timestamp, duration, dyn, ip, cidr, semver, list(T) and map(K, V).',
  },
  ATTRIBUTE_RESERVED: {
    severity: 'error',
    message: '{word} is a reserved word of CEL, so no condition could name this attribute',
    about: 'Choose another name, or put the word inside a path under another spelling.',
  },
  TARGETING_KEY_TYPE: {
    severity: 'error',
    message: 'targetingKey is text in every environment',
    about: 'OpenFeature defines it; it need not be declared.',
  },
  VALUES_TYPE: {
    severity: 'error',
    message: 'values can be listed for a string attribute only, not for {type}',
    about: 'Literals compared with the attribute are checked against the list.',
  },
  GIVEN_AND_DERIVED: {
    severity: 'error',
    message: 'the attribute is given by the caller and derived by {enricher} at once',
    about: "A caller's own value of a derived attribute is discarded, so it cannot also be given.",
  },
  // Conditions
  CEL_SYNTAX: {
    severity: 'error',
    message: '{problem}',
    about:
      'The condition is not an expression of CEL. Mind the quotes of YAML around it: in single quotes a quote is doubled, in double quotes a backslash is.',
  },
  CEL_TOO_LONG: {
    severity: 'error',
    message: '{problem}',
    about: 'Conditions have at most 4,096 characters. Long lists of ids belong into a Segment.',
  },
  CEL_TOO_DEEP: {
    severity: 'error',
    message: '{problem}',
    about: 'Expressions are nested too deep to be read safely.',
  },
  CEL_TOO_MANY_NODES: {
    severity: 'error',
    message: '{problem}',
    about: 'The condition has too many parts. Part of it may be a Segment of its own.',
  },
  CEL_TOO_MANY_CALLS: {
    severity: 'error',
    message: '{problem}',
    about: 'Calls stand inside each other more than eight deep.',
  },
  CEL_TOO_COSTLY: {
    severity: 'error',
    message: '{problem}',
    about:
      'In the worst case one evaluation would take more than 50 ms. Macros inside macros multiply, and a list of unknown length counts as 100 elements: two deep is usually the most.',
  },
  CEL_UNKNOWN_ATTRIBUTE: {
    severity: 'error',
    message: '{problem}',
    about: 'Conditions read attributes that a Vocabulary declares, and `targetingKey`.',
  },
  CEL_UNKNOWN_FUNCTION: {
    severity: 'error',
    message: '{problem}',
    about: 'The function is neither of CEL nor of the vocabularies built in here.',
  },
  CEL_UNKNOWN_METHOD: {
    severity: 'error',
    message: '{problem}',
    about: 'No method of this name is known for the value before the dot.',
  },
  CEL_UNKNOWN_FIELD: {
    severity: 'error',
    message: '{problem}',
    about: 'The value has no part of this name.',
  },
  CEL_WRONG_TYPE: {
    severity: 'error',
    message: '{problem}',
    about: 'A condition is true or false; each part has the type its surroundings need.',
  },
  CEL_WRONG_ARGUMENTS: {
    severity: 'error',
    message: '{problem}',
    about: 'The function exists, but not for arguments of these types.',
  },
  CEL_WRONG_OPERANDS: {
    severity: 'error',
    message: '{problem}',
    about:
      'The operator exists, but not between values of these types. An int and a double are different: write 100.0 for a double.',
  },
  CEL_INVALID_MACRO: {
    severity: 'error',
    message: '{problem}',
    about:
      'Macros take what they need as written, such as `has(user.tier)`, `inSegment("beta")`, `list.exists(x, x > 1)`.',
  },
  CEL_INVALID_CONSTANT: {
    severity: 'error',
    message: '{problem}',
    about:
      'The constant cannot exist, such as a number out of range or a pattern that is no regular expression.',
  },
  UNKNOWN_LITERAL: {
    severity: 'error',
    message: '{attribute} is never {literal}',
    about: 'The vocabulary lists the only values of the attribute; the comparison could never hold.',
  },
  ALWAYS_TRUE: {
    severity: 'warning',
    message: 'the condition is always true',
    about: 'Leave `when` out: it says the same and is read at a glance.',
  },
  NEVER_TRUE: {
    severity: 'error',
    message: 'the condition is never true: {why}',
    about: 'What depends on it can never happen.',
  },
  SEGMENT_CYCLE: {
    severity: 'error',
    message: 'segments ask for each other in a circle: {circle}',
    about: 'Membership would depend on itself.',
  },
  // Flags
  VARIANT_TYPE: {
    severity: 'error',
    message: 'the variant {variant} is not of type {type}',
    about: 'Every variant has the type of its flag. The value of an object variant is a mapping.',
  },
  NO_VARIANTS: {
    severity: 'error',
    message: 'the flag has no variants',
    about: 'A flag serves one of its variants; it needs at least one.',
  },
  UNIT_TYPE: {
    severity: 'error',
    message: 'the attribute {name} is of type {type} and cannot be a unit',
    about: 'Units are text or whole numbers.',
  },
  ZERO_WEIGHTS: {
    severity: 'error',
    message: 'all weights are 0',
    about: 'A split needs at least one variant with a weight above 0.',
  },
  ZERO_SHARE: {
    severity: 'warning',
    message: 'the share is 0: the rule never serves {variant}',
    about: 'Allowed, since shares are turned down to 0 and up again. Remove the rule if it stays so.',
  },
  DUPLICATE_RULE: {
    severity: 'error',
    message: 'the rule id {id} is used twice in this flag',
    about: 'Ids name the rule in outcomes and salt its shares. Both places are named.',
  },
  UNREACHABLE_RULE: {
    severity: 'error',
    message: 'the rule {rule} is never reached: {why}',
    about: 'Rules are tried in order and the first that serves decides. Move the rule up or remove it.',
  },
  PREREQUISITE_CYCLE: {
    severity: 'error',
    message: 'prerequisites form a circle: {circle}',
    about: 'None of these flags could be decided.',
  },
  PREREQUISITE_DEPTH: {
    severity: 'error',
    message: 'prerequisites are chained {depth} deep; at most {limit} are allowed',
    about: 'Long chains are slow to evaluate and impossible to oversee.',
  },
  EMPTY_VALIDITY: {
    severity: 'error',
    message: 'the validity ends before it begins',
    about: 'A flag decides from `from` up to, not including, `until`.',
  },
  // Tables
  DUPLICATE_DIMENSION: {
    severity: 'error',
    message: 'the dimension {name} is declared twice',
    about: 'Rows name dimensions, so each name stands once. Both places are named.',
  },
  DUPLICATE_ROW: {
    severity: 'error',
    message: 'the row id {id} is used twice in this table',
    about: 'Ids name the row in outcomes. Both places are named.',
  },
  UNKNOWN_DIMENSION: {
    severity: 'error',
    message: 'the table has no dimension {name}',
    about: 'The keys of `match` are names of dimensions.',
  },
  CELL_TYPE: {
    severity: 'error',
    message: 'the cell can never accept: {attribute} is of type {type}',
    about:
      'Ranges are for numbers, prefixes for text; exact values and lists are of the type of the attribute.',
  },
  EMPTY_RANGE: {
    severity: 'error',
    message: 'the range is empty',
    about: 'A range accepts from `from` up to, not including, `to`.',
  },
  COVERED_ROW: {
    severity: 'error',
    message: 'the row {row} never decides: {other} accepts everything it accepts',
    about: 'Both rows are equally specific, and the earlier one decides. Both places are named.',
  },
  OVERLAPPING_ROWS: {
    severity: 'warning',
    message: 'the rows {row} and {other} are equally specific and accept some contexts both',
    about:
      'The earlier one decides there. Change a weight, or add a row for what both accept, to say what is meant. One pair is named for each pair of sets of dimensions.',
  },
  ROWS_NOT_COMPARED: {
    severity: 'warning',
    message: 'the table is too large to compare all of its rows',
    about: 'Whether rows overlap was checked for a part of the table only.',
  },
  // Segments
  EMPTY_SEGMENT: {
    severity: 'warning',
    message: 'the segment holds nobody: it has neither when nor ids',
    about: 'Allowed, since lists of ids are filled later.',
  },
  DUPLICATE_ID: {
    severity: 'warning',
    message: 'the id {id} is listed twice',
    about:
      'Harmless; mostly a sign of a list that was pasted twice. Only the first such id of a list is shown.',
  },
  EXCLUDED_ID: {
    severity: 'warning',
    message: 'the id {id} is both listed and excluded',
    about: 'Excluded units are never in the segment, so listing it has no effect.',
  },
  // Upstreams
  FALLBACK_CYCLE: {
    severity: 'error',
    message: 'fallbacks form a circle: {circle}',
    about: 'In degradation no upstream of the circle would ever answer.',
  },
  SECRET_IN_URL: {
    severity: 'error',
    message: 'the address holds a user or password',
    about: 'Resources are shown, diffed and exported: secrets do not belong into them.',
  },
  // Releases
  SAME_VARIANT: {
    severity: 'error',
    message: 'the release leads from {variant} to itself',
    about: 'A release moves a flag from one variant to another.',
  },
  SECOND_RELEASE: {
    severity: 'error',
    message: 'the flag {flag} already has the release {release}',
    about:
      'One release of a flag is active at a time. Land or delete the other first. Both places are named.',
  },
  FROM_NOT_SERVED: {
    severity: 'warning',
    message: 'nothing serves {variant}, so the release has nobody to move',
    about: 'A release puts `to` in place of `from` where the flag would serve `from`.',
  },
  DUPLICATE_LEVEL: {
    severity: 'error',
    message: 'the level {name} stands twice in the ladder',
    about: 'Outcomes and evidence name levels. Both places are named.',
  },
  LEVEL_SHRINKS: {
    severity: 'error',
    message: 'the level {level} is for everybody with a share of {share}, less than the {earlier} before it',
    about:
      'Levels are cumulative: whoever an earlier one admitted stays in, so shares of everybody only grow.',
  },
  LEVEL_WITHOUT_EFFECT: {
    severity: 'warning',
    message: 'the level {level} adds nobody: {why}',
    about: 'Whoever this level would admit is in already.',
  },
  ZERO_DWELL: {
    severity: 'error',
    message: 'the dwell of level {level} is 0',
    about: 'Health needs time to show; a level is held for its dwell before the next.',
  },
  STEP_OUT_OF_ORDER: {
    severity: 'error',
    message: 'the steps of level {level} do not lead up to its share',
    about:
      "Steps are smaller shares on the way to the level's own: each is above the one before it and below the level's.",
  },
  LONGEST_TOO_SHORT: {
    severity: 'error',
    message: 'the level {level} would be frozen before its dwell is over',
    about:
      'After `longest` a level that still has too little data is frozen; it cannot be shorter than the dwell.',
  },
  LAYER_OVERLAP: {
    severity: 'error',
    message: 'the releases {release} and {other} have units of the layer {layer} in common',
    about:
      'Releases with parts of one layer never touch the same unit, so the parts must not overlap. A part runs from `from` up to, not including, `to`; what is free is named.',
  },
  LAYER_UNIT: {
    severity: 'error',
    message: 'the layer {layer} is of other units: those of the flag of {release}',
    about:
      'Parts of a layer exclude each other only where the same thing is hashed. Flags of one layer have the same `unit`; take another layer for other units.',
  },
  HOLDOUT_UNIT: {
    severity: 'warning',
    message: 'the holdout {holdout} is of other units than the flag',
    about:
      'A unit of the flag may then be held out for some of its requests and treated for others. Mostly the `unit` of one of the two is missing.',
  },
  RELEASES_MEET: {
    severity: 'warning',
    message: 'the release {release} may treat the same units at the same time as {others}',
    about:
      'The effect of one then shows in the evidence of the other. Put both into one layer with parts of their own, or say `layer: false` in those that have nothing to do with others. Releases whose conditions contradict each other do not meet. Each pair is named once, and 20 releases at most.',
  },
  ZERO_TIME: {
    severity: 'error',
    message: 'the time is 0',
    about: 'Nothing can be answered or learned in no time.',
  },
} as const;

export type IssueCode = keyof typeof codes;

type Words<Template extends string> = Template extends `${string}{${infer Word}}${infer Rest}`
  ? Word | Words<Rest>
  : never;

/** What a code's message must be told. */
export type IssueWords<Code extends IssueCode> = Readonly<
  Record<Words<(typeof codes)[Code]['message']>, string | number>
>;

/** The message of a code with its words filled in. */
export function messageOf<Code extends IssueCode>(code: Code, words: IssueWords<Code>): string {
  const row: CodeRow = codes[code];
  const values: Readonly<Record<string, string | number>> = words;
  return row.message.replaceAll(/\{(\w+)\}/g, (_, word: string) => String(values[word]));
}
