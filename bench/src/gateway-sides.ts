import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNginx } from './nginx-process.ts';
import { freePorts, listening } from './ports.ts';

const OMBRE = fileURLToPath(new URL('../../packages/cli/bin/ombre.js', import.meta.url));
const BARE = fileURLToPath(new URL('bare-proxy.js', import.meta.url));

/** What the backends answer, one kilobyte; which of the two answered is said in the header `x-engine`: `one` or `two`. */
export const BODY: string = 'x'.repeat(1024);

/** One of the proxies that are compared: a port on which it listens, and the process that serves it. */
export interface Side {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Sends half of the units to either backend. */
  readonly splits: boolean;
}

/** The gateway and what it is measured against, in the order in which they are asked. */
export interface Sides {
  readonly ours: Side;
  readonly theirs: readonly Side[];
  readonly inOrder: readonly Side[];
}

/**
 * Starts two backends (one nginx that serves both) and before them nginx as its documentation writes it and with connections kept, Ombre's
 * gateway, and node:http with undici alone; nginx and the gateway in `workers` processes each. Every process goes into `children` as
 * soon as it is started: whoever called ends them.
 */
export async function openSides(folder: string, workers: number, children: ChildProcess[]): Promise<Sides> {
  const started = (child: ChildProcess): ChildProcess => {
    children.push(child);
    return child;
  };
  const ports = await freePorts(8);
  const [one = 0, two = 0, plain = 0, split = 0, keptPlain = 0, keptSplit = 0, gateway = 0, bare = 0] = ports;
  started(startNginx(join(folder, 'backend'), 1, [backend(one, 'one'), backend(two, 'two')]));
  const nginx = started(
    startNginx(join(folder, 'proxy'), workers, [
      ...upstreams(one, two, '', ''),
      ...upstreams(one, two, '_kept', 'keepalive 256;'),
      server(plain, `proxy_pass http://127.0.0.1:${one};`),
      server(split, 'proxy_set_header Host $host; proxy_pass http://$engine;'),
      server(keptPlain, `proxy_pass http://one_kept; ${KEPT}`),
      server(keptSplit, `proxy_pass http://$engine_kept; ${KEPT}`),
    ]),
  );
  const ombre = started(startGateway(join(folder, 'flags'), workers, gateway, one, two));
  const endpoints = [one, two].map((port) => `http://127.0.0.1:${port}`);
  const alone = started(spawn(process.execPath, [BARE, String(bare), ...endpoints], { stdio: 'ignore' }));
  for (const port of ports) await listening(port);

  const ours: Side = { name: 'ombre gateway, routing flag', port: gateway, process: ombre, splits: true };
  const documented: Side = {
    name: 'nginx proxy_pass as documented',
    port: plain,
    process: nginx,
    splits: false,
  };
  const others: readonly Side[] = [
    { name: 'nginx split_clients as documented', port: split, process: nginx, splits: true },
    { name: 'nginx proxy_pass, kept', port: keptPlain, process: nginx, splits: false },
    { name: 'nginx split_clients, kept', port: keptSplit, process: nginx, splits: true },
    { name: 'node:http and undici alone', port: bare, process: alone, splits: true },
  ];
  // Neighbours in time are compared: the machine's pace changes within seconds.
  return { ours, theirs: [documented, ...others], inOrder: [documented, ours, ...others] };
}

// ---- nginx

const KEPT =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';

function backend(port: number, name: string): string {
  return `server { listen 127.0.0.1:${port}; add_header x-engine ${name}; location / { return 200 "${BODY}"; } }`;
}

function server(port: number, location: string): string {
  return `server { listen 127.0.0.1:${port}; location / { ${location} } }`;
}

/** Both backends by name, and `$engine`, which gives half of the units to either. */
function upstreams(one: number, two: number, suffix: string, more: string): readonly string[] {
  return [
    `upstream one${suffix} { server 127.0.0.1:${one}; ${more} }`,
    `upstream two${suffix} { server 127.0.0.1:${two}; ${more} }`,
    `split_clients "$cookie_ombre_unit" $engine${suffix} { 50% two${suffix}; * one${suffix}; }`,
  ];
}

// ---- Ombre

function startGateway(flags: string, workers: number, port: number, one: number, two: number): ChildProcess {
  mkdirSync(flags);
  writeFileSync(join(flags, 'flags.yaml'), resources(one, two));
  const options = ['--source', `dir:${flags}`, '--flag', 'engine', '--listen', `127.0.0.1:${port}`];
  const more = workers === 1 ? [] : ['--workers', String(workers)];
  return spawn(process.execPath, [OMBRE, 'gateway', ...options, ...more, '--log-level', 'silent'], {
    stdio: 'ignore',
  });
}

const resources = (one: number, two: number): string => `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: http }
spec: { attributes: { request.path: { type: string } } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: engine }
spec:
  type: string
  variants: { v1: engine-v1, v2: engine-v2 }
  default: v1
  off: v1
  rules:
    - { id: beta, when: 'request.path.startsWith("/beta/")', serve: { variant: v2 } }
    - { id: half, serve: { share: 0.5, variant: v2 } }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: engine-v1 }
spec: { endpoints: [{ url: "http://127.0.0.1:${one}" }] }
---
apiVersion: ombre.dev/v1
kind: Upstream
metadata: { name: engine-v2 }
spec: { endpoints: [{ url: "http://127.0.0.1:${two}" }] }
`;
