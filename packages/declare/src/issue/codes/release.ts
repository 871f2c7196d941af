/** What can be wrong with a release, its layer and its holdouts. */
export const releaseCodes = {
  SAME_VARIANT: {
    severity: 'error',
    message: 'the release leads from {variant} to itself',
    expected: 'another variant',
    found: '{variant}',
    about: 'A release moves a flag from one variant to another.',
  },
  SECOND_RELEASE: {
    severity: 'error',
    message: 'the flag {flag} already has the release {release}',
    expected: 'one release for {flag}',
    found: '{release} as well',
    about:
      'One release of a flag is active at a time. Land or delete the other first. Both places are named.',
  },
  FROM_NOT_SERVED: {
    severity: 'warning',
    message: 'nothing serves {variant}, so the release has nobody to move',
    expected: 'a variant that is served',
    found: '{variant}',
    about: 'A release puts `to` in place of `from` where the flag would serve `from`.',
  },
  DUPLICATE_LEVEL: {
    severity: 'error',
    message: 'the level {name} stands twice in the ladder',
    expected: 'each level once',
    found: '{name} again',
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
    expected: 'a level that adds somebody',
    found: '{level}: {why}',
    about: 'Whoever this level would admit is in already.',
  },
  UNKNOWN_SLICE: {
    severity: 'error',
    message: 'the slice {slice} of {guard} is no level with a condition',
    about:
      'A slice is a level of the same ladder that is for some users (`when`): they are compared by themselves and, with `returnSlices`, go back alone.',
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
    expected: 'releases in a layer, or for different units',
    found: '{release} beside {others}',
    about:
      'The effect of one then shows in the evidence of the other. Put both into one layer with parts of their own, or say `layer: false` in those that have nothing to do with others. Releases whose conditions contradict each other do not meet. Each pair is named once, and 20 releases at most.',
  },
  ZERO_TIME: {
    severity: 'error',
    message: 'the time is 0',
    about: 'Nothing can be answered or learned in no time.',
  },
} as const;
