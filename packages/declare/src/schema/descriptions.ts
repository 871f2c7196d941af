/**
 * What each field means, for editors and the reference: by kind and path, `[]` for the entries of a list and `{}` for those of a mapping. A test holds that every
 * field of the schemas has one and that none is left over.
 */
export const descriptions: Readonly<Record<string, string>> = {
  apiVersion: 'Version of this format.',
  kind: 'What is declared.',
  metadata: 'Who it is.',
  'metadata.name': 'Identifies the resource among those of its kind: a-z 0-9 . _ - only.',
  'metadata.doc': 'What it is for, for people.',
  'metadata.owner': 'Who answers for it.',
  'metadata.labels': 'Free labels, for filters.',
  spec: 'What it says.',

  'ombre.yaml': 'The project and environment that the files around it belong to.',
  'ombre.yaml.project': 'Name of the project.',
  'ombre.yaml.environment': 'Name of the environment within the project.',

  Vocabulary: 'The attributes conditions may read. Several vocabularies of one environment add up.',
  'Vocabulary.attributes': 'Attributes by their dotted name, such as `user.tier`. Each is declared once.',
  'Vocabulary.attributes{}.type':
    'A CEL type: string, int, uint, double, bool, bytes, timestamp, duration, ip, cidr, semver, dyn, list(T), map(K, V).',
  'Vocabulary.attributes{}.given': 'The caller gives it in the context. The default.',
  'Vocabulary.attributes{}.derivedBy': "The enricher that computes it; a caller's own value is discarded.",
  'Vocabulary.attributes{}.doc': 'What it holds, for people.',
  'Vocabulary.attributes{}.values':
    'The only values it takes (type string): literals compared with it are checked.',

  Flag: 'A decision with named variants: rules are tried in order, the first that serves decides.',
  'Flag.type': 'The type of every variant.',
  'Flag.doc': 'What it decides, for people.',
  'Flag.variants': 'Values by the name of the variant.',
  'Flag.default': 'The variant when no rule matched.',
  'Flag.off': 'The variant under a kill, outside validity, or with an unmet prerequisite.',
  'Flag.unit': 'The attribute that is bucketed; the targeting key unless said.',
  'Flag.validity': 'The flag decides inside this time only; outside it serves `off`.',
  'Flag.validity.from': 'The first instant, RFC 3339.',
  'Flag.validity.until': 'The first instant after, RFC 3339.',
  'Flag.prerequisites': 'Flags that must serve a variant, else this one serves `off`.',
  'Flag.prerequisites[].flag': 'Name of the other flag.',
  'Flag.prerequisites[].variant': 'The variant it must serve.',
  'Flag.rules': 'Tried in order.',
  'Flag.rules[].id': 'Unique in the flag; outcomes name it and it salts shares and splits.',
  'Flag.rules[].when': 'A CEL condition. Absent: everybody.',
  'Flag.rules[].onError':
    'Whether a condition that cannot be evaluated counts as not met (skip, the default where it serves) or met (match, the default of deny and throttle).',
  'Flag.rules[].doc': 'Why the rule is there, for people.',
  'Flag.rules[].serve': 'What those who match get.',
  'Flag.rules[].serve.variant': 'The variant served.',
  'Flag.rules[].serve.share':
    'This fraction of all units gets the variant; the others go on to the next rule. At most six decimals.',
  'Flag.rules[].serve.split': 'Relative weights by variant: every unit gets one of them.',
  'Flag.rules[].serve.table':
    'The table whose most specific row decides; without one the next rule is tried.',
  'Flag.rules[].serve.salt':
    'What units are hashed with; `flag/rule` unless said. Equal salts choose equal units.',
  'Flag.rules[].serve.algorithm': 'How units become positions.',
  'Flag.rules[].action': 'What a gateway or application does beside serving the variant.',
  'Flag.rules[].action.deny': 'Refuse the request.',
  'Flag.rules[].action.throttle': 'Let at most this many requests a second pass.',
  'Flag.rules[].action.degrade': 'The upstream that answers instead.',
  'Flag.semantics': 'Version of the evaluation semantics the flag was written for.',

  Segment: 'A named set of units: those a condition holds for, those listed, or both; the excluded never.',
  'Segment.doc': 'Who they are, for people.',
  'Segment.when': 'A CEL condition.',
  'Segment.ids': 'Units by id.',
  'Segment.idsFile': 'A file beside this one with an id a line, read into `ids`. In files only.',
  'Segment.exclude': 'Units that are never in it.',
  'Segment.unit': 'The attribute the ids are values of; the targeting key unless said.',

  Table: 'Rows over dimensions: of the rows that accept a context the most specific one decides.',
  'Table.doc': 'What it decides, for people.',
  'Table.dimensions': 'What rows match on.',
  'Table.dimensions[].name': 'The key of its cells.',
  'Table.dimensions[].attribute': 'The attribute a cell is compared with.',
  'Table.dimensions[].weight': 'What a cell of this dimension adds to how specific its row is.',
  'Table.rows': 'Rows; their order decides only between equally specific ones.',
  'Table.rows[].id': 'Unique in the table; outcomes name it.',
  'Table.rows[].match':
    'Cells by dimension: a value, `"*"`, a list, a range or a prefix. Absent: everything.',
  'Table.rows[].match{}.in': 'Any of these values.',
  'Table.rows[].match{}.from': 'Numbers from this one on.',
  'Table.rows[].match{}.to': 'Numbers below this one.',
  'Table.rows[].match{}.prefix': 'Text that begins so.',
  'Table.rows[].serve': 'What the row decides.',
  'Table.rows[].serve.variant': 'The variant served.',
  'Table.rows[].serve.split': 'Relative weights by variant.',
  'Table.rows[].serve.salt': 'What units are hashed with.',
  'Table.rows[].serve.algorithm': 'How units become positions.',

  Upstream: "Where a gateway sends a variant's requests.",
  'Upstream.doc': 'What answers there, for people.',
  'Upstream.endpoints': 'The addresses that answer.',
  'Upstream.endpoints[].url': 'http or https, without user or password.',
  'Upstream.endpoints[].weight': 'Relative; balances endpoints of one upstream, never versions.',
  'Upstream.timeout': 'How long an answer may take, such as 800ms.',
  'Upstream.fallback': 'The upstream that answers in degradation.',
  'Upstream.breaker': 'When a gateway leaves the upstream alone for a while; false: never.',
  'Upstream.breaker.window': 'Calls that ended within this time are looked back on. Default: 60s.',
  'Upstream.breaker.calls': 'Or the last so many calls.',
  'Upstream.breaker.minimumCalls': 'Below so many calls nothing is judged. Default: 100.',
  'Upstream.breaker.failureRate': 'Opens at this part of failed calls or more. Default: 0.5.',
  'Upstream.breaker.slowRate': 'Opens at this part of slow calls or more. Default: 0.3.',
  'Upstream.breaker.slowOver': 'A call that takes longer is slow. Default: 1.2s.',
  'Upstream.breaker.wait': 'How long it stays open before it lets probes through. Default: 10s.',
  'Upstream.breaker.probes': 'Calls that decide when it is half open. Default: 10.',

  Holdout:
    'Units that every release naming it leaves alone, so that what all of them did together can be measured.',
  'Holdout.doc': 'What it is for, for people.',
  'Holdout.share': 'How many units are held out, above 0 and below 1.',
  'Holdout.unit': 'The attribute that is held out; the targeting key unless said.',
  'Holdout.until': 'The first instant at which nobody is held out any more, RFC 3339. Absent: it lasts.',

  Release: 'Moves a flag from one variant to another, level by level.',
  'Release.doc': 'What is released, for people.',
  'Release.flag': 'The flag.',
  'Release.from': 'The variant that is replaced.',
  'Release.to': 'The variant that takes its place.',
  'Release.onChange':
    'What happens when the flag, a segment or a table changes while it climbs. Default: refuse.',
  'Release.onFailure':
    'What a failure does. freeze: it stays where it is, since going back is not safe by itself; neither a save without it nor a restore takes it back either. Default: rollback.',
  'Release.onUnknown': 'When nothing is known about health. Default: frozen until something is.',
  'Release.onUnknown.rollbackAfter': 'Taken back after so much time of it, such as 15m.',
  'Release.ladder':
    'Levels in the order they are climbed. They are cumulative: whoever an earlier one admitted stays in.',
  'Release.ladder[].name': 'Unique in the ladder; outcomes name it.',
  'Release.ladder[].when': 'A CEL condition. Absent: everybody.',
  'Release.ladder[].share':
    'The largest share of matching units it treats. Absent (`when`, tested, not the last): 0.9, a tenth stays as control.',
  'Release.ladder[].dwell': 'Time at the level while health is good, such as 1h.',
  'Release.ladder[].steps': 'Smaller shares climbed first, ascending.',
  'Release.ladder[].steps[].share': 'The share of matching units this step treats.',
  'Release.ladder[].steps[].dwell': 'Time at the step while health is good.',
  'Release.ladder[].gate': 'What must agree before the level is entered.',
  'Release.ladder[].gate.approval': 'A person: `ombre release approve`.',
  'Release.ladder[].gate.webhook': 'A service that must answer 2xx.',
  'Release.ladder[].gate.webhook.url': 'http or https; asked by POST.',
  'Release.ladder[].gate.webhook.timeout': 'How long it may take. Default: 10s.',
  'Release.ladder[].before':
    'Steps of participants outside, done in order before anybody is treated at the level and undone in reverse order when the release goes back.',
  'Release.ladder[].before[].name': 'Unique in the level.',
  ...participantCall('do', 'Asked to do the step.'),
  ...participantCall('undo', 'Asked to take it back, even where it never arrived.'),
  ...participantCall('try', 'Asked to reserve.'),
  ...participantCall(
    'confirm',
    'Asked to make the reservation final when the release completes; from then on it does not go back.',
  ),
  ...participantCall('cancel', 'Asked to let go of it when the release goes back.'),
  'Release.ladder[].longest':
    'How long a step is held at most while there is too little data to decide; then it freezes and alerts. Default: three times its dwell.',
  'Release.ladder[].untested':
    'Goes on although there may be too little data to see harm: "not tested", by choice.',
  'Release.layer':
    'Its part of a layer, which releases share without touching the same unit. False: in none, by choice.',
  'Release.layer.name': 'Any name; releases with parts of one layer exclude each other.',
  'Release.layer.from': 'Where the part begins, from 0 to 1.',
  'Release.layer.to': 'Where it ends; not part of it.',
  'Release.holdouts': 'Names of holdouts whose units it leaves alone.',
  'Release.guards': 'What must not happen.',
  'Release.guards[].errorRate': 'Bad when the share of failed requests is surely above `max`.',
  'Release.guards[].errorRate.max': 'Between 0 and 1.',
  'Release.guards[].latency':
    'Bad when too many requests surely take too long: a p99 guard is a share of 0.01.',
  'Release.guards[].latency.over': 'What counts as too long, such as 1.2s.',
  'Release.guards[].latency.share': 'How many are too many, between 0 and 1.',
  'Release.guards[].meanLatency': 'Bad when the mean latency is surely above `max`.',
  'Release.guards[].meanLatency.max': 'Such as 800ms.',
  'Release.guards[].errorsAboveControl':
    'Bad when treatment surely fails more often than its concurrent control.',
  'Release.guards[].errorsAboveControl.effect':
    'The rise in the share of failed requests that must be seen: 0.005 is half a point.',
  'Release.guards[].errorsAboveControl.margin': 'A rise that is tolerated. Default: 0.',
  'Release.guards[].slowAboveControl':
    'Bad when surely more of treatment than of its concurrent control takes too long.',
  'Release.guards[].slowAboveControl.over': 'What counts as too long.',
  'Release.guards[].slowAboveControl.effect': 'The rise in the share of slow requests that must be seen.',
  'Release.guards[].slowAboveControl.margin': 'A rise that is tolerated. Default: 0.',
  'Release.guards[].errorsAboveControl.slices':
    'Levels of the ladder whose users are compared by themselves as well.',
  'Release.guards[].errorsAboveControl.returnSlices':
    'Where only such a slice is worse it alone is taken back, and the climb goes on. Default: false.',
  'Release.guards[].slowAboveControl.slices':
    'Levels of the ladder whose users are compared by themselves as well.',
  'Release.guards[].slowAboveControl.returnSlices':
    'Where only such a slice is worse it alone is taken back, and the climb goes on. Default: false.',
  'Release.guards[].metric': 'Bad when a query answers more than `max`, some times in a row.',
  'Release.guards[].metric.name': 'What it is, for people and in evidence.',
  'Release.guards[].metric.query': 'PromQL that answers one number, or one by series: then the worst counts.',
  'Release.guards[].metric.floor': 'Below this nothing is bad, whatever it is compared with. Default: 0.',
  'Release.guards[].metric.rounds': 'Answers in a row that must be over the limit. Default: 3.',
  'Release.guards[].metric.every': 'Time between questions. Default: 5s.',
  'Release.guards[].metric.max': 'The limit, or with `against` how many times as much is allowed.',
  'Release.guards[].metric.against': 'PromQL of what it is compared with.',
  'Release.guards[].caller':
    'Bad when a service that calls the changed one suffers: its query answers more than `max`, some times in a row.',
  'Release.guards[].caller.name': 'What it is, for people and in evidence.',
  'Release.guards[].caller.query': 'PromQL that answers one number, or one by series: then the worst counts.',
  'Release.guards[].caller.floor': 'Below this nothing is bad, whatever it is compared with. Default: 0.',
  'Release.guards[].caller.rounds': 'Answers in a row that must be over the limit. Default: 3.',
  'Release.guards[].caller.every': 'Time between questions. Default: 5s.',
  'Release.guards[].caller.max': 'The limit, or with `against` how many times as much is allowed.',
  'Release.guards[].caller.against': 'PromQL of what it is compared with.',
  'Release.guards[].baseline':
    'Bad when a number is more than `factor` times what it was at this time of the days before.',
  'Release.guards[].baseline.name': 'What it is, for people and in evidence.',
  'Release.guards[].baseline.query':
    'PromQL that answers one number, or one by series: then the worst counts.',
  'Release.guards[].baseline.floor': 'Below this nothing is bad, whatever it is compared with. Default: 0.',
  'Release.guards[].baseline.rounds': 'Answers in a row that must be over the limit. Default: 3.',
  'Release.guards[].baseline.every': 'Time between questions. Default: 5s.',
  'Release.guards[].baseline.factor': 'Default: 1.8.',
  'Release.guards[].baseline.days': 'How many days are looked back. Default: 7.',
  'Release.probes':
    'Questions asked in rounds while it climbs; failed rounds in a row take it back like a guard.',
  'Release.probes.every': 'Time between rounds. Default: 5s.',
  'Release.probes.rounds': 'How many failed rounds in a row are a failure. Default: 3.',
  'Release.probes.any': 'A round fails when any of these fails.',
  'Release.probes.any[].http': 'Fails when a GET is not answered well in time.',
  'Release.probes.any[].http.url': 'http or https.',
  'Release.probes.any[].http.status': 'The status it must answer. Default: any 2xx.',
  'Release.probes.any[].http.timeout': 'How long an answer may take. Default: 2s.',
  'Release.probes.any[].metric':
    'Fails when a query to the metrics answers more than `max`; no answer is unknown.',
  'Release.probes.any[].metric.query': 'PromQL with one number as its answer.',
  'Release.probes.any[].metric.max': 'The largest answer that passes.',
  'Release.consistency':
    'What must hold before steps are undone; until then they wait and somebody is called.',
  'Release.consistency[].postgres': 'A standby must have replayed what its primary wrote.',
  'Release.consistency[].postgres.primary':
    'Reference to the connection URL: env:OMBRE_SECRET_NAME or file:NAME.',
  'Release.consistency[].postgres.standby': 'Reference to the connection URL of the standby.',
  'Release.consistency[].postgres.bytes':
    'How much of the log may be missing. Default: 1048576. Enough by itself, as is `within`.',
  'Release.consistency[].postgres.within':
    'The time in which the standby must replay what the primary had written when asked. Default: 1s.',
  'Release.watch': 'Time after the last level in which it still goes back by itself. Default: none.',
};

function participantCall(action: string, asked: string): Readonly<Record<string, string>> {
  const path = `Release.ladder[].before[].${action}`;
  return {
    [path]: asked,
    [`${path}.url`]: 'http or https.',
    [`${path}.method`]: 'Default: POST.',
    [`${path}.headers`]: 'By name; a value may be a reference: env:OMBRE_SECRET_NAME or file:NAME.',
    [`${path}.body`]: 'Sent as JSON. Default: who asks for what.',
    [`${path}.timeout`]: 'How long an answer may take. Default: 10s.',
  };
}
