/** What can be wrong with an upstream. */
export const upstreamCodes = {
  FALLBACK_CYCLE: {
    severity: 'error',
    message: 'fallbacks form a circle: {circle}',
    expected: 'fallbacks that end',
    found: '{circle}',
    about: 'In degradation no upstream of the circle would ever answer.',
  },
  SECRET_IN_URL: {
    severity: 'error',
    message: 'the address holds a user or password',
    expected: 'an address without user and password',
    found: 'one with them',
    about: 'Resources are shown, diffed and exported: secrets do not belong into them.',
  },
} as const;
