/** What can be wrong with a condition. */
export const conditionCodes = {
  CEL_SYNTAX: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about:
      'The condition is not an expression of CEL. Mind the quotes of YAML around it: in single quotes a quote is doubled, in double quotes a backslash is.',
  },
  CEL_TOO_LONG: {
    severity: 'error',
    message: '{problem}',
    found: 'more',
    expected: 'a condition of CEL over declared attributes',
    about: 'Conditions have at most 4,096 characters. Long lists of ids belong into a Segment.',
  },
  CEL_TOO_DEEP: {
    severity: 'error',
    message: '{problem}',
    expected: 'a flatter expression',
    found: '{problem}',
    about: 'Expressions are nested too deep to be read safely.',
  },
  CEL_TOO_MANY_NODES: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about: 'The condition has too many parts. Part of it may be a Segment of its own.',
  },
  CEL_TOO_MANY_CALLS: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about: 'Calls stand inside each other more than eight deep.',
  },
  CEL_TOO_COSTLY: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about:
      'In the worst case one evaluation would take more than 50 ms. Macros inside macros multiply, and a list of unknown length counts as 100 elements: two deep is usually the most.',
  },
  CEL_UNKNOWN_ATTRIBUTE: {
    severity: 'error',
    message: '{problem}',
    expected: 'an attribute that a Vocabulary declares',
    found: '{problem}',
    about: 'Conditions read attributes that a Vocabulary declares, and `targetingKey`.',
  },
  CEL_UNKNOWN_FUNCTION: {
    severity: 'error',
    message: '{problem}',
    expected: 'a function of CEL or of a vocabulary',
    found: '{problem}',
    about: 'The function is neither of CEL nor of the vocabularies built in here.',
  },
  CEL_UNKNOWN_METHOD: {
    severity: 'error',
    message: '{problem}',
    expected: 'a method of this type',
    found: '{problem}',
    about: 'No method of this name is known for the value before the dot.',
  },
  CEL_UNKNOWN_FIELD: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about: 'The value has no part of this name.',
  },
  CEL_WRONG_TYPE: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about: 'A condition is true or false; each part has the type its surroundings need.',
  },
  CEL_WRONG_ARGUMENTS: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about: 'The function exists, but not for arguments of these types.',
  },
  CEL_WRONG_OPERANDS: {
    severity: 'error',
    message: '{problem}',
    expected: 'a condition of CEL over declared attributes',
    found: '{problem}',
    about:
      'The operator exists, but not between values of these types. An int and a double are different: write 100.0 for a double.',
  },
  CEL_INVALID_MACRO: {
    severity: 'error',
    message: '{problem}',
    expected: '{problem}',
    found: 'something else',
    about:
      'Macros take what they need as written, such as `has(user.tier)`, `inSegment("beta")`, `list.exists(x, x > 1)`.',
  },
  CEL_INVALID_CONSTANT: {
    severity: 'error',
    message: '{problem}',
    expected: 'a constant that can be read',
    found: '{problem}',
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
    expected: 'a condition that can fail, or none',
    found: 'always true',
    about: 'Leave `when` out: it says the same and is read at a glance.',
  },
  NEVER_TRUE: {
    severity: 'error',
    message: 'the condition is never true: {why}',
    expected: 'a condition that can hold',
    found: 'never true: {why}',
    about: 'What depends on it can never happen.',
  },
  SEGMENT_CYCLE: {
    severity: 'error',
    message: 'segments ask for each other in a circle: {circle}',
    expected: 'segments that end',
    found: '{circle}',
    about: 'Membership would depend on itself.',
  },
} as const;
