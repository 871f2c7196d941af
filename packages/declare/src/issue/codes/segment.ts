/** What can be wrong with a segment. */
export const segmentCodes = {
  EMPTY_SEGMENT: {
    severity: 'warning',
    message: 'the segment holds nobody: it has neither when nor ids',
    expected: 'when or ids',
    found: 'neither',
    about: 'Allowed, since lists of ids are filled later.',
  },
  DUPLICATE_ID: {
    severity: 'warning',
    message: 'the id {id} is listed twice',
    expected: 'each id once',
    found: '{id} again',
    about:
      'Harmless; mostly a sign of a list that was pasted twice. Only the first such id of a list is shown.',
  },
  EXCLUDED_ID: {
    severity: 'warning',
    message: 'the id {id} is both listed and excluded',
    expected: 'an id either listed or excluded',
    found: '{id} in both',
    about: 'Excluded units are never in the segment, so listing it has no effect.',
  },
} as const;
