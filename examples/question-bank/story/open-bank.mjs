// The question bank at work: control plane, services, gateways and users, each a process of its own, all on loopback.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createChildren, portOr } from './child-processes.mjs';

/** Requests a second to each service: few enough for a small machine, enough to judge by. */
const RATE = 200;
/** What signed-in pages send with every request. An authenticating proxy would have set it. */
const ATTRIBUTES = {
  'user.id': 'x-user-id',
  'user.tier': 'x-user-tier',
  'geo.region': 'x-region',
  'submission.language': 'x-language',
  'client.version': 'x-client-version',
};
/** A gateway for each flag, and the services its variants name. */
const DOORS = [
  { flag: 'submit-service', services: ['submit-service-v1', 'submit-service-v2'], port: 7172 },
  { flag: 'runner', services: ['runner-v1', 'runner-v2'], port: 7173 },
];
const SERVICE_PORTS = 7181;

/** Opens the bank on a data directory; `words` go to `ombre up`. Ports are the same at every start where they are free. */
export async function openBank(directory, dataDirectory, words, onSeconds) {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const children = createChildren(join(dataDirectory, 'story.log'));
  const anyPort = words.join(' ').includes('--port 0');
  const port = (wanted) => (anyPort ? 0 : portOr(wanted));
  try {
    const plane = await startPlane(children, directory, dataDirectory, words);
    const api = createApi(plane.url, plane.token);
    const services = await Promise.all(
      DOORS.flatMap((door) => door.services).map(async (name, index) =>
        children.service(name, await port(SERVICE_PORTS + index)),
      ),
    );
    await declareUpstreams(api, services);
    const gateways = await Promise.all(
      DOORS.map(async (door) => {
        const listening = await children.gateway(`gateway of ${door.flag}`, [
          ...['--url', plane.url, '--data-dir', dataDirectory],
          ...['--flag', door.flag, '--name', `edge-${door.flag}`],
          ...['--listen', `127.0.0.1:${await port(door.port)}`, '--unit', 'header:x-user-id', '--expose'],
          ...Object.entries(ATTRIBUTES).flatMap(([name, header]) => [
            '--attribute',
            `${name}=header:${header}`,
          ]),
        ]);
        return { ...door, ...listening };
      }),
    );
    const doors = gateways.flatMap(({ url }) => [url, String(RATE)]);
    children.traffic(doors, (line) => onSeconds(JSON.parse(line)));
    return { ...plane, api, services, gateways, rate: RATE, children };
  } catch (error) {
    await children.stopAll();
    throw error;
  }
}

async function startPlane(children, directory, dataDirectory, words) {
  const file = join(dataDirectory, 'listening.json');
  const one = children.ombre('control plane', [
    ...['--data-dir', dataDirectory, 'up', directory, '--log-level', 'warn', '--log-format', 'text'],
    ...words,
  ]);
  for (;;) {
    const listening = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8') || '{}') : {};
    if (listening.pid === one.child.pid) {
      return { ...listening, token: readFileSync(join(dataDirectory, 'write-token'), 'utf8').trim() };
    }
    if (one.child.exitCode !== null || one.child.signalCode !== null)
      throw new Error(
        one
          .complaints()
          .trim()
          .replace(/^ombre: /, ''),
      );
    await wait(50);
  }
}

/** Where the services listen is known only now: Upstreams belong to whoever starts them, not to the files. */
async function declareUpstreams(api, services) {
  for (const { name, url } of services) {
    const path = `/v1/resources/Upstream/${name}`;
    const known = await api('GET', path);
    if (known.status === 200 && known.body.resource.spec.endpoints[0].url === url) continue;
    const resource = {
      apiVersion: 'ombre.dev/v1',
      kind: 'Upstream',
      metadata: { name },
      spec: { endpoints: [{ url }], timeout: '5s' },
    };
    const put = await api('PUT', path, resource, { 'if-match': `"${known.body.generation ?? 0}"` });
    if (put.status >= 300) throw new Error(`Upstream ${name} was refused: ${JSON.stringify(put.body)}`);
  }
}

/** Calls of the control plane by hand: no more than a script would do. */
function createApi(url, token) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
}
