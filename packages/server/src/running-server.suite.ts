import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Client, createClient, type Fetch } from '@ombre/protocol';
import type { ValidateFunction } from 'ajv';
import { startServer } from './main.ts';
import type { RunningServer } from './running-server.ts';
import type { ServerOptions } from './server-options.ts';

const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');

/** A control plane for one test file: in memory unless said, its folders gone when it is closed. */
export interface Rig extends RunningServer {
  readonly folder: string;
  readonly client: Client;
  /** Asks and checks that a JSON answer has the shape that `/openapi.json` promises for its path, method and status. */
  ask(path: string, init?: RequestInit & { readonly token?: boolean }): Promise<Response>;
  post(path: string, body: unknown, init?: RequestInit & { readonly token?: boolean }): Promise<Response>;
  write(file: string, text: string): void;
}

export interface RigOptions extends Partial<ServerOptions> {
  /** Files of the directory by path; absent: no directory. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function startRig({ files, ...options }: RigOptions = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'ombre-server-'));
  const directory = join(folder, 'resources');
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  };
  for (const [file, text] of Object.entries(files ?? {})) write(file, text);
  const server = await startServer({
    dataDirectory: join(folder, 'data'),
    database: 'memory:',
    port: 0,
    environment: 'judge/production',
    ...(files === undefined ? {} : { directory }),
    ...options,
  });
  const promised = await readPromises(server);
  const ask: Rig['ask'] = async (path, { token = false, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (token) headers.set('authorization', `Bearer ${server.writeToken}`);
    const response = await fetch(`${server.url}${path}`, { ...init, headers });
    if (response.headers.get('content-type')?.startsWith('application/json') === true) {
      promised(init.method ?? 'GET', path, response.status, await response.clone().json());
    }
    return response;
  };
  return {
    ...server,
    folder,
    ask,
    post: (path, body, init = {}) =>
      ask(path, {
        method: 'POST',
        ...init,
        headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    client: createClient({ url: server.url, token: server.writeToken, fetch: fetch as unknown as Fetch }),
    write,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

type Checked = (method: string, path: string, status: number, body: unknown) => void;

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** Reads the served OpenAPI document and checks answers against it. */
async function readPromises(server: RunningServer): Promise<Checked> {
  const response = await fetch(`${server.url}/openapi.json`, {
    headers: server.readToken === undefined ? {} : { authorization: `Bearer ${server.readToken}` },
  });
  const document = (await response.json()) as { readonly paths: Record<string, Record<string, Operation>> };
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  ajv.addSchema(document, 'openapi');
  const known = new Map<string, ValidateFunction>();

  return (method, path, status, body) => {
    const template = templateOf(document.paths, path.split('?')[0] as string);
    if (template === undefined) return;
    const responses = document.paths[template]?.[method.toLowerCase()]?.responses;
    if (responses === undefined) return;
    const said = responses[status] === undefined ? 'default' : String(status);
    if (responses[said]?.content?.['application/json'] === undefined) return;
    const steps = [
      'paths',
      template,
      method.toLowerCase(),
      'responses',
      said,
      'content',
      'application/json',
      'schema',
    ];
    const pointer = steps
      .map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = known.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    known.set(pointer, validate);
    if (!validate(body)) {
      throw new Error(
        `${method} ${path} ${status} breaks its promise: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`,
      );
    }
  };
}

function templateOf(paths: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const full = paths[path] !== undefined || path.startsWith('/p/') ? path : `/p/x/y${path}`;
  const fits = (template: string): boolean =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(full);
  // A literal path wins over one with parameters.
  return (
    Object.keys(paths).find((template) => template === full) ??
    Object.keys(paths)
      .filter(fits)
      .sort((a, b) => count(a) - count(b))[0]
  );
}

function count(template: string): number {
  return template.split('{').length;
}

/** The files of a small environment with every kind of answer. */
export const EXAMPLE: Readonly<Record<string, string>> = {
  'ombre.yaml': 'project: judge\nenvironment: production\n',
  'flags.yaml': `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: judge }
spec:
  attributes:
    user.tier: { type: string }
    question.difficulty: { type: double }
    user.id: { type: string }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: plain }
spec: { type: boolean, variants: { "on": true, "off": false }, default: "on", off: "off" }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: tiered }
spec:
  type: string
  variants: { v1: one, v2: two }
  default: v1
  off: v1
  rules:
    - { id: vip, when: 'user.tier == "L5"', serve: { variant: v2 } }
    - { id: flood, when: 'question.difficulty > 0.9', action: { throttle: 50 }, serve: { variant: v1 } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: shared }
spec:
  type: number
  variants: { low: 1, high: 2.5 }
  default: low
  off: low
  rules:
    - { id: mix, serve: { split: { low: 50, high: 50 } } }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: layout }
spec:
  type: object
  variants: { a: { columns: 2, tags: [x, y] }, b: { columns: 3 } }
  default: a
  off: b
`,
};
