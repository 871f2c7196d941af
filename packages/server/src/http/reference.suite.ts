import { resourceSchema } from '@ombre/decide/model';
import { errors, type Route, type RouteId, routes } from '@ombre/protocol';
import {
  applied,
  counterRow,
  failureSchema,
  historyVerdict,
  issueSchema,
  receiverView,
  routeShapes,
  signedHeadSchema,
  statusSchema,
  storedResource,
  wireChange,
} from '@ombre/protocol/shapes';
import type { z } from 'zod';
import { shapeText } from './shape-text.suite.ts';

/** A call for the top of the reference, as it is typed. */
export interface Example {
  readonly route: RouteId;
  readonly says: string;
  readonly command: string;
}

const JSON_BODY = "-H 'content-type: application/json'";
const WRITE = '-H "authorization: Bearer $TOKEN"';

/** The calls most used. Each runs as it stands against an environment with a flag `tiered`, with $OMBRE and $TOKEN set. */
export const examples: readonly Example[] = [
  {
    route: 'evaluateFlag',
    says: 'Ask one flag, as any OFREP client does',
    command: `curl $OMBRE/ofrep/v1/evaluate/flags/tiered ${JSON_BODY} -d '{"context":{"targetingKey":"u1","user":{"tier":"L5"}}}'`,
  },
  {
    route: 'evaluateFlags',
    says: 'Ask all flags at once; with `If-None-Match` the answer is 304 while nothing changed',
    command: `curl $OMBRE/ofrep/v1/evaluate/flags ${JSON_BODY} -d '{"context":{"targetingKey":"u1"}}'`,
  },
  {
    route: 'explain',
    says: 'Why a flag answers what it answers',
    command: `curl $OMBRE/v1/explain ${JSON_BODY} -d '{"flag":"tiered","context":{"targetingKey":"u1"}}'`,
  },
  {
    route: 'status',
    says: 'What is served, and what the directory last said',
    command: 'curl $OMBRE/v1/status',
  },
  {
    route: 'listHistory',
    says: 'The last changes; `before=REVISION` turns the page',
    command: 'curl "$OMBRE/v1/history?limit=10"',
  },
  {
    route: 'kill',
    says: 'Serve the off variant to everybody, at once',
    command: `curl -X PUT $OMBRE/v1/flags/tiered/kill ${WRITE} ${JSON_BODY} -d '{"why":"errors in v2"}'`,
  },
  {
    route: 'unkill',
    says: 'Lift the kill',
    command: `curl -X DELETE "$OMBRE/v1/flags/tiered/kill?why=mended" ${WRITE}`,
  },
  {
    route: 'putResource',
    says: 'Create a flag that belongs to the API; to replace it send the generation that its ETag says instead of 0',
    command: `curl -X PUT $OMBRE/v1/resources/Flag/banner ${WRITE} ${JSON_BODY} -H 'if-match: "0"' -d '{"apiVersion":"ombre.dev/v1","kind":"Flag","metadata":{"name":"banner"},"spec":{"type":"boolean","variants":{"on":true,"off":false},"default":"on","off":"off"}}'`,
  },
  {
    route: 'rollback',
    says: 'What bringing an earlier revision back would change; without `dryRun` it is done',
    command: `curl $OMBRE/v1/rollback ${WRITE} ${JSON_BODY} -d '{"to":2,"dryRun":true}'`,
  },
  { route: 'listReceivers', says: 'Who runs which revision', command: 'curl $OMBRE/v1/receivers' },
];

/** Schemas that are written once, under "Shapes", and by name elsewhere. */
const shapes: readonly (readonly [name: string, schema: z.ZodType | undefined])[] = [
  ['StoredResource', storedResource],
  ['Applied', applied],
  ['Issue', issueSchema],
  ['Change', wireChange],
  ['Verdict', historyVerdict],
  ['Status', statusSchema],
  ['Receiver', receiverView],
  ['SignedHead', signedHeadSchema],
  ['CounterRow', counterRow],
  ['ReleaseView', routeShapes.getRelease?.answer],
  ['Keys', routeShapes.listKeys?.answer],
  ['Failure', failureSchema],
];

const access: Readonly<Record<Route['access'], string>> = {
  open: 'open',
  read: 'read',
  write: '**write token**',
};

/** The HTTP interface for people, from the same table and shapes that the server checks requests by. */
export function httpReference(): string {
  const names = new Map<unknown, string>([
    [resourceSchema, 'Resource'],
    ...shapes.flatMap(([name, schema]) => (schema === undefined ? [] : [[schema, name] as const])),
  ]);
  const text = shapeText(names);
  const block = (title: string, schema: z.ZodType | undefined): string[] => {
    if (schema === undefined) return [];
    const said = text(schema);
    return said.includes('\n') ? [`${title}:`, '', '```', said, '```', ''] : [`${title}: \`${said}\``, ''];
  };

  const one = (id: RouteId): string => {
    const route = routes[id];
    const shape = routeShapes[id];
    const facts = [
      access[route.access],
      ...(route.scope === 'process' ? ['of the process, only at the bare path'] : []),
      ...(route.header === undefined ? [] : [`header \`${route.header}\``]),
      ...(route.maxBody === undefined ? [] : [`body up to ${route.maxBody / 1024 / 1024} MiB`]),
    ];
    const media = shape?.answer === undefined ? [`Answer: ${route.media ?? 'text/plain'}`, ''] : [];
    return [
      `### ${route.method} ${route.path}`,
      '',
      `${route.summary}. (${facts.join(', ')})`,
      '',
      ...block('Query', shape?.query),
      ...block('Body', shape?.body),
      ...block('Answer', shape?.answer),
      ...media,
    ].join('\n');
  };

  const ids = Object.keys(routes) as RouteId[];
  const groups = [...new Set(ids.map(groupOf))];
  return [
    '# The HTTP interface',
    '',
    'Made from the table of routes and their shapes by `server/src/http/reference.test.ts`; `GET /openapi.json` says the same to programs.',
    '',
    '**Address.** Routes of an environment live under `/p/{project}/{environment}` and, where only one environment lives here, at the bare path.',
    '`ombre up` prints where it listens; `OMBRE` below is that address, `TOKEN` the write token (`.ombre/write-token`).',
    '',
    '**Access.** *Open* routes answer everybody who reaches the port. *Read* routes are open on loopback and need the read or the write token elsewhere, or',
    'wherever `--read-token` was given. *Write* routes need the write token, on loopback too: `Authorization: Bearer TOKEN` or `X-API-Key: TOKEN`.',
    'A `Host` that names no address of this server is refused, and so is an `Origin` that was not allowed: pages of others cannot use your browser to get in.',
    '',
    '**Bodies** are JSON in UTF-8, at most 64 KiB unless said and 64 levels deep; what changes something refuses keys it does not know. Revisions and generations are whole numbers. Times are milliseconds since 1970,',
    'but `at` of a change, which is nanoseconds in decimal digits.',
    '',
    '**Failures** have a status and the body `Failure`: decide on `code`, show `message`. OFREP’s routes answer in OFREP’s own shapes.',
    '',
    '## Calls to begin with',
    '',
    ...examples.flatMap(({ says, command }) => [`${says}:`, '', '```sh', command, '```', '']),
    ...groups.flatMap((group) => [`## ${group}`, '', ...ids.filter((id) => groupOf(id) === group).map(one)]),
    '## Shapes',
    '',
    '`Resource` is what a file holds, as JSON: [resources](resources.md). `?` marks what may be absent, `…` further keys, `json` any JSON value.',
    '',
    ...shapes.flatMap(([name, schema]) =>
      schema === undefined ? [] : [`### ${name}`, '', '```', text(schema, true), '```', ''],
    ),
    '## Failures',
    '',
    'The field `doc` of an answer leads to what each means and what to do: [errors](errors.md).',
    '',
    '| code | status | says, where nothing better is known |',
    '|---|---|---|',
    ...Object.entries(errors).map(([code, { status, message }]) => {
      return `| [${code}](errors.md#${code.toLowerCase()}) | ${status} | ${message} |`;
    }),
    '',
  ].join('\n');
}

/** The part of the interface a route belongs to, by its path. */
function groupOf(id: RouteId): string {
  const [first = '', second = ''] = routes[id].path.split('/').slice(1);
  if (first === 'ofrep') return 'Evaluation (OFREP)';
  const titles: Readonly<Record<string, string>> = {
    resources: 'Resources',
    apply: 'Resources',
    export: 'Resources',
    history: 'History',
    rollback: 'History',
    flags: 'Overrides',
    overrides: 'Overrides',
    'break-glass': 'Overrides',
    releases: 'Releases',
    counters: 'Releases',
    sync: 'Snapshots in motion',
    receivers: 'Snapshots in motion',
    keys: 'Keys',
    explain: 'Looking in',
    status: 'Looking in',
  };
  return titles[second] ?? (routes[id].scope === 'process' ? 'The process' : 'Others');
}
