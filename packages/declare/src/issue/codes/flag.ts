/** What can be wrong with a flag. */
export const flagCodes = {
  VARIANT_TYPE: {
    severity: 'error',
    message: 'the variant {variant} is not of type {type}',
    about: 'Every variant has the type of its flag. The value of an object variant is a mapping.',
  },
  NO_VARIANTS: {
    severity: 'error',
    message: 'the flag has no variants',
    expected: 'at least one variant',
    found: 'none',
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
    found: '0 for each variant',
    about: 'A split needs at least one variant with a weight above 0.',
  },
  ZERO_SHARE: {
    severity: 'warning',
    message: 'the share is 0: the rule never serves {variant}',
    expected: 'a share above 0',
    found: '0',
    about: 'Allowed, since shares are turned down to 0 and up again. Remove the rule if it stays so.',
  },
  DUPLICATE_RULE: {
    severity: 'error',
    message: 'the rule id {id} is used twice in this flag',
    expected: 'each rule id once',
    found: '{id} again',
    about: 'Ids name the rule in outcomes and salt its shares. Both places are named.',
  },
  UNREACHABLE_RULE: {
    severity: 'error',
    message: 'the rule {rule} is never reached: {why}',
    expected: 'a rule that some unit reaches',
    found: '{rule}: {why}',
    about: 'Rules are tried in order and the first that serves decides. Move the rule up or remove it.',
  },
  PREREQUISITE_CYCLE: {
    severity: 'error',
    message: 'prerequisites form a circle: {circle}',
    expected: 'prerequisites that end',
    found: '{circle}',
    about: 'None of these flags could be decided.',
  },
  PREREQUISITE_DEPTH: {
    severity: 'error',
    message: 'prerequisites are chained {depth} deep; at most {limit} are allowed',
    expected: 'at most {limit} in a chain',
    found: '{depth}',
    about: 'Long chains are slow to evaluate and impossible to oversee.',
  },
  EMPTY_VALIDITY: {
    severity: 'error',
    message: 'the validity ends before it begins',
    about: 'A flag decides from `from` up to, not including, `until`.',
  },
} as const;
