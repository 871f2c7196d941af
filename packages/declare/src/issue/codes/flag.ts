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
} as const;
