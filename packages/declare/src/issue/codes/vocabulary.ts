/** What can be wrong with a vocabulary. */
export const vocabularyCodes = {
  DUPLICATE_ATTRIBUTE: {
    severity: 'error',
    message: 'the attribute {name} is declared twice',
    expected: 'each attribute once',
    found: '{name} again',
    about: 'The vocabularies of an environment add up; each attribute belongs to one. Both places are named.',
  },
  ATTRIBUTE_INSIDE: {
    severity: 'error',
    message: 'the attribute {name} lies inside the attribute {outer}',
    expected: 'an attribute beside {outer}',
    found: '{name}',
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
    expected: 'a word that is free in CEL',
    found: '{word}',
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
    expected: 'type string, or no values',
    found: 'type {type}',
    about: 'Literals compared with the attribute are checked against the list.',
  },
  GIVEN_AND_DERIVED: {
    severity: 'error',
    message: 'the attribute is given by the caller and derived by {enricher} at once',
    expected: 'given or derivedBy',
    found: 'both',
    about: "A caller's own value of a derived attribute is discarded, so it cannot also be given.",
  },
} as const;
