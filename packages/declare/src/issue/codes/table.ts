/** What can be wrong with a table. */
export const tableCodes = {
  DUPLICATE_DIMENSION: {
    severity: 'error',
    message: 'the dimension {name} is declared twice',
    expected: 'each dimension once',
    found: '{name} again',
    about: 'Rows name dimensions, so each name stands once. Both places are named.',
  },
  DUPLICATE_ROW: {
    severity: 'error',
    message: 'the row id {id} is used twice in this table',
    expected: 'each row id once',
    found: '{id} again',
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
    expected: 'a row that some context reaches',
    found: '{row} behind {other}',
    about: 'Both rows are equally specific, and the earlier one decides. Both places are named.',
  },
  OVERLAPPING_ROWS: {
    severity: 'warning',
    message: 'the rows {row} and {other} are equally specific and accept some contexts both',
    expected: 'rows of which one is more specific',
    found: '{row} and {other}',
    about:
      'The earlier one decides there. Change a weight, or add a row for what both accept, to say what is meant. One pair is named for each pair of sets of dimensions.',
  },
  ROWS_NOT_COMPARED: {
    severity: 'warning',
    message: 'the table is too large to compare all of its rows',
    expected: 'a smaller table',
    found: 'more rows than are compared',
    about: 'Whether rows overlap was checked for a part of the table only.',
  },
} as const;
