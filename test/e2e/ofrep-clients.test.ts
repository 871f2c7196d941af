import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { type EvaluationContext, OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, runProcess, startControlPlane } from './control-plane.ts';

interface Question {
  readonly flag: string;
  readonly type: 'boolean' | 'string' | 'integer' | 'object';
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly fallback: unknown;
}

/** Questions that reach a rule, a share, a split, a table, an action, a default, a static flag, and one that does not exist. */
const questions: readonly Question[] = [
  ask('scheduler', 'boolean', 'u1', {}, false),
  ask('submit-service', 'string', 'u1', hard('L5', 'cpp'), 'none'),
  ask('submit-service', 'string', 'u2', { user: { id: 'u2', tier: 'L1' } }, 'none'),
  ask('submit-service', 'string', 'u3', { 'user.id': 'u3', 'rate.tenant': 250.5 }, 'none'),
  ...Array.from({ length: 20 }, (_, n) => ask('ranking', 'string', `student-${n}`, {}, 'none')),
  ask('hints', 'boolean', 'dev-1', {}, false),
  ask('hints', 'boolean', 'u9', { question: { difficulty: 0.9 } }, false),
  ask('max-source-bytes', 'integer', 'u1', { user: { tier: 'L5' } }, 0),
  ask('sandbox-pool', 'object', 'u1', { user: { id: 'u1', tier: 'L5' }, question: { difficulty: 0.75 } }, {}),
  ask('no-such-flag', 'boolean', 'u1', {}, true),
];

function ask(
  flag: string,
  type: Question['type'],
  unit: string,
  attributes: Question['attributes'],
  fallback: unknown,
): Question {
  return { flag, type, unit, attributes, fallback };
}

function hard(tier: string, language: string): Question['attributes'] {
  return { user: { id: 'u1', tier }, question: { difficulty: 0.8 }, submission: { language } };
}

let plane: ControlPlane;
let expected: readonly { value: unknown; variant: unknown; reason: unknown }[];

beforeAll(async () => {
  plane = await startControlPlane();
  expected = await Promise.all(questions.map(overHttp));
});
afterAll(async () => {
  await plane.stop();
  plane.remove();
});

/** What OFREP says by itself, the plain answer every client must repeat. */
async function overHttp(
  question: Question,
): Promise<{ value: unknown; variant: unknown; reason: unknown; error?: unknown }> {
  const response = await fetch(`${plane.url}/ofrep/v1/evaluate/flags/${question.flag}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: question.unit, ...question.attributes } }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return response.ok
    ? { value: body.value, variant: body.variant, reason: body.reason }
    : { value: question.fallback, variant: undefined, reason: 'ERROR', error: body.errorCode };
}

function same(answers: readonly { value: unknown; variant?: unknown; reason?: unknown }[]): void {
  expect(answers.length).toBe(questions.length);
  for (const [index, answer] of answers.entries()) {
    const question = questions[index];
    expect({
      flag: question?.flag,
      unit: question?.unit,
      value: answer.value,
      variant: answer.variant || undefined,
    }).toEqual({
      flag: question?.flag,
      unit: question?.unit,
      value: expected[index]?.value,
      variant: expected[index]?.variant,
    });
  }
}

describe('OpenFeature providers that we did not write', () => {
  test('the questions reach every way of deciding', () => {
    expect(new Set(expected.map((answer) => answer.reason))).toEqual(
      new Set(['STATIC', 'TARGETING_MATCH', 'DEFAULT', 'SPLIT', 'ERROR']),
    );
  });

  test('npm’s server provider gives OFREP’s answers, and sees a change at its next call', async () => {
    await OpenFeature.setProviderAndWait('npm', new OFREPProvider({ baseUrl: plane.url }));
    const client = OpenFeature.getClient('npm');
    const details = (question: Question) => {
      const context = { targetingKey: question.unit, ...question.attributes } as EvaluationContext;
      if (question.type === 'boolean')
        return client.getBooleanDetails(question.flag, question.fallback as boolean, context);
      if (question.type === 'string')
        return client.getStringDetails(question.flag, question.fallback as string, context);
      if (question.type === 'integer')
        return client.getNumberDetails(question.flag, question.fallback as number, context);
      return client.getObjectDetails(question.flag, {}, context);
    };
    same(await Promise.all(questions.map(details)));

    const killed = await plane.run('kill', 'submit-service', '--why', 'e2e');
    expect(killed).toMatchObject({ status: 0 });
    const question = questions[1]!;
    expect(await details(question)).toMatchObject({ value: 'submit-service-v1', reason: 'DISABLED' });
    await plane.run('kill', 'submit-service', '--lift');
    expect(await details(question)).toMatchObject({ value: 'submit-service-v2', reason: 'TARGETING_MATCH' });
  });

  test('the Python provider gives OFREP’s answers', async (context) => {
    const python = await pythonWithProvider();
    if (typeof python !== 'object') return context.skip(python);
    same(await answersOf(python.command, [join(import.meta.dirname, 'clients/python/evaluate.py')]));
  });

  test('the Java provider gives OFREP’s answers', async (context) => {
    const java = await javaWithProvider();
    if (typeof java !== 'object') return context.skip(java);
    same(
      await answersOf('java', [
        '-cp',
        java.classpath,
        join(import.meta.dirname, 'clients/java/Evaluate.java'),
      ]),
    );
  });

  test('the Go provider gives OFREP’s answers', async (context) => {
    const folder = join(import.meta.dirname, 'clients/go');
    const binary = join(cache('go'), 'evaluate');
    const go = await succeeds('go', ['version'], folder);
    if (go !== undefined) return context.skip(`no Go toolchain: ${go}`);
    const built = await succeeds('go', ['build', '-mod=mod', '-o', binary, '.'], folder);
    if (built !== undefined) return context.skip(`the Go provider’s module cannot be had here: ${built}`);
    same(await answersOf(binary, []));
  });
});

async function answersOf(
  command: string,
  words: readonly string[],
): Promise<readonly { value: unknown; variant?: unknown }[]> {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const done = await runProcess(command, [...words, plane.url], { input });
  expect(done.status, done.err).toBe(0);
  return done.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { value: unknown; variant?: unknown });
}

function cache(name: string): string {
  const folder = join(import.meta.dirname, '..', '..', '.cache', 'e2e', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function pythonWithProvider(): Promise<{ command: string } | string> {
  const folder = cache('python');
  const command = join(folder, 'bin', 'python');
  if (!existsSync(command)) {
    const made = await succeeds('python3', ['-m', 'venv', folder]);
    if (made !== undefined) return `no Python with venv: ${made}`;
  }
  const installed = await succeeds(command, [
    '-m',
    'pip',
    'install',
    '-q',
    'openfeature-provider-ofrep==0.3.0',
    'openfeature-sdk==0.10.0',
  ]);
  return installed === undefined ? { command } : `the Python provider cannot be had here: ${installed}`;
}

async function javaWithProvider(): Promise<{ classpath: string } | string> {
  const output = join(cache('java'), 'classpath');
  const pom = join(import.meta.dirname, 'clients/java/pom.xml');
  const resolved = await succeeds('mvn', [
    '-q',
    '-f',
    pom,
    'dependency:build-classpath',
    `-Dmdep.outputFile=${output}`,
  ]);
  if (resolved !== undefined) return `no Java with Maven, or the provider cannot be had here: ${resolved}`;
  return { classpath: readFileSync(output, 'utf8').trim() };
}

/** A registry that does not answer is waited for so long, in milliseconds: less than a test may take. */
const PATIENCE = 100_000;

/** Undefined where the program ran well, else the last line it said. */
async function succeeds(
  command: string,
  words: readonly string[],
  cwd?: string,
): Promise<string | undefined> {
  try {
    const done = await runProcess(command, words, { ...(cwd && { cwd }), timeout: PATIENCE });
    return done.status === 0 ? undefined : (done.err || done.out).trim().split('\n').at(-1) || 'no answer';
  } catch (error) {
    return (error as Error).message;
  }
}
