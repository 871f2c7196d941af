import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Head } from '@ombre/decide';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextWake, SOFT_EXPIRY, step } from './machine.ts';
import { headText, type Sighting } from './sighting.ts';
import { type Effect, type Event, NEW, type State } from './state.ts';

/*
 * A trace is paragraphs: a line `TIME EVENT`, `----`, then what the machine does and is. `UPDATE_TRACES=1` writes what it
 * does now; read the difference before committing it. A head is `lineage:revision`, with `!` another content.
 */
const folder = new URL('./traces/', import.meta.url);

function head(text: string): Head {
  const [lineage = '', revision = ''] = text.replace('!', '').split(':');
  const digest = text.includes('!') ? `other-${lineage}${revision}` : `${lineage}${revision}`;
  return { environment: 'shop/live', lineage, revision: Number(revision), digest };
}

function sighting(text: string, options: readonly string[]): Sighting {
  const option = (name: string) => options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const of = head(text);
  return {
    announced: {
      signed: {
        head: { ...of, environment: option('environment') ?? of.environment },
        issued: 0,
        expires: 0,
        key: option('key') ?? 'k1',
        signature: '',
      },
    },
    trust: options.includes('forged')
      ? 'SIGNATURE_INVALID'
      : options.includes('unchecked')
        ? 'unchecked'
        : option('key') === undefined
          ? 'trusted'
          : 'KEY_UNTRUSTED',
    expired: options.includes('expired'),
    succeeds: option('succeeds')?.split(',') ?? [],
  };
}

function event(line: string): Event {
  const [type = '', subject = '', ...options] = line.split(' ');
  const number = (name: string, otherwise = 0) =>
    Number(
      [subject, ...options].find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise,
    );
  const random = number('random', 0.5);
  const beats = number('heartbeat');
  const heartbeat = beats === 0 ? {} : { heartbeat: beats };
  const problem = { code: subject as 'UNREACHABLE', detail: 'as the trace says' };
  switch (type) {
    case 'start':
      return subject === ''
        ? { type }
        : { type, disk: { sighting: sighting(subject, options), encoded: {} as never } };
    case 'wake':
    case 'staged':
    case 'close':
      return { type };
    case 'got':
      return { type, encoded: {} as never };
    case 'head':
      return { type, sighting: sighting(subject, options), random, ...heartbeat };
    case 'asked':
      return { type, sighting: sighting(subject, options), random };
    case 'resync':
      return { type, sighting: sighting(subject, options), within: number('within'), random, ...heartbeat };
    case 'delta': {
      const [from = '', to = ''] = subject.split('->');
      const [lineage = ''] = from.split(':');
      return {
        type,
        sighting: sighting(`${lineage}:${to}`, options),
        delta: { from: head(from).revision } as never,
        size: number('size', 100),
        random,
      };
    }
    case 'heartbeat':
      return { type, revision: Number(subject) };
    case 'ended':
    case 'failed':
      return options.some((one) => one.startsWith('retryAfter='))
        ? { type, problem, retryAfter: number('retryAfter'), random }
        : { type, problem, random };
    case 'unstaged':
      return { type, problem, random };
    case 'persisted':
      return subject === '' ? { type } : { type, problem };
    case 'problem':
      return { type, problem };
    default:
      throw new Error(`no such event: ${line}`);
  }
}

function text(effect: Effect): string {
  const name = (of: Head | undefined) => (of === undefined ? 'nowhere' : headText(of));
  switch (effect.type) {
    case 'connect':
      return `connect from ${name(effect.from)}`;
    case 'get':
      return `get ${name(effect.head)}`;
    case 'stage':
      return `stage ${name(effect.target.announced.signed.head)} by ${effect.by}`;
    case 'activate':
    case 'persist':
      return `${effect.type} ${name(effect.target.announced.signed.head)}`;
    case 'announce':
      return `announce ${effect.status}`;
    case 'report':
      return `report ${effect.problem.code}`;
    default:
      return effect.type;
  }
}

function run(trace: string): string {
  let state: State = { ...NEW, environment: 'shop/live' };
  return trace.replaceAll(/^(\d+) (.+)\n----\n(?:.+\n)*/gm, (_, time: string, line: string) => {
    const now = Number(time);
    const next = step(state, event(line), now);
    state = next.state;
    const at = state.at === undefined ? 'nowhere' : headText(state.at);
    const wake = nextWake(state);
    const is = [state.status, `at ${at}`, `link ${state.link}`];
    if (state.problem !== undefined) is.push(state.problem.code);
    if (state.disk !== undefined) is.push(state.disk.code);
    if (wake !== undefined) is.push(`wake ${wake}`);
    return [`${time} ${line}`, '----', ...next.effects.map(text), `= ${is.join(', ')}`, ''].join('\n');
  });
}

describe('a receiver behaves as its traces say', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    test(name.replace('.txt', '').replaceAll('-', ' '), () => {
      const url = new URL(name, folder);
      const trace = readFileSync(url, 'utf8');
      if (process.env.UPDATE_TRACES === '1') writeFileSync(url, run(trace));
      else expect(run(trace)).toBe(trace);
    });
  }
});

describe('whatever happens', () => {
  const of = fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 6 })).map(([l, r]) => `${l}:${r}`);
  const option = fc.constantFrom('', '', '', 'forged', 'expired', 'succeeds=a', 'key=k9', 'environment=x/y');
  const line = fc.oneof(
    fc.constantFrom('wake', 'wake', 'staged', 'staged', 'got', 'got', 'persisted', 'persisted DISK_WRITE'),
    fc.constantFrom('ended UNREACHABLE', 'failed UNREACHABLE', 'unstaged DIGEST', 'unstaged FORMAT'),
    fc.integer({ min: 0, max: 6 }).map((revision) => `heartbeat ${revision}`),
    fc
      .tuple(fc.constantFrom('head', 'resync', 'asked'), of, option, fc.constantFrom('', 'heartbeat=5000'))
      .map((parts) => parts.join(' ').trim()),
    fc
      .tuple(of, fc.integer({ min: 1, max: 2 }), option)
      .map(([from, by, o]) => `delta ${from}->${Number(from.split(':')[1]) + by} ${o}`.trim()),
  );
  const happenings = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), line), {
    maxLength: 60,
    size: 'max',
  });

  test('a receiver never goes back in a lineage, never mixes work, and always has a next step', () => {
    fc.assert(
      fc.property(happenings, (lines) => {
        let now = 0;
        let state = step(NEW, { type: 'start' }, now).state;
        for (const [after, happening] of lines) {
          now += after;
          const before = state;
          const { state: next, effects } = step(before, event(happening), now);
          state = next;
          if (before.at !== undefined) {
            expect(next.at).toBeDefined();
            if (next.at?.lineage === before.at.lineage) {
              expect(next.at.revision).toBeGreaterThanOrEqual(before.at.revision);
            }
          }
          // Nothing is compiled, served or kept that nobody trusted has signed.
          for (const effect of effects)
            if ('target' in effect) expect(['trusted', 'unchecked']).toContain(effect.target.trust);
          const begun = effects.filter(({ type }) => type === 'ask' || type === 'get' || type === 'stage');
          expect(begun.length).toBeLessThanOrEqual(1);
          if (begun.length === 1) expect(next.work).toBeDefined();
          expect(next.queue.length).toBeLessThanOrEqual(256);
          // Nothing hangs: work is going on, a stream is open or opening, or a timer is set.
          expect(next.work !== undefined || next.link !== 'down' || nextWake(next) !== undefined).toBe(true);
          if (next.status === 'ready' && next.silence !== undefined) {
            expect(now).toBeLessThan((next.confirmed ?? Number.NaN) + SOFT_EXPIRY);
          }
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test('an altered or foreign head moves nothing but the pause before the next try', () => {
    fc.assert(
      fc.property(
        happenings,
        of,
        fc.constantFrom('forged', 'key=k9', 'environment=x/y'),
        (lines, where, flaw) => {
          let state = step({ ...NEW, environment: 'shop/live' }, { type: 'start' }, 0).state;
          for (const [after, happening] of lines) state = step(state, event(happening), after).state;
          for (const type of ['head', 'resync', 'asked']) {
            const { state: next, effects } = step(state, event(`${type} ${where} ${flaw}`), 50_000);
            expect(next.at).toBe(state.at);
            expect(next.seen).toBe(state.seen);
            expect(effects.map((effect) => effect.type)).not.toContain('activate');
          }
        },
      ),
    );
  });
});
