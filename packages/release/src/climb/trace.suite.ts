import { parseDuration, type ReleaseSpec, START, specSchemas } from '@ombre/decide/model';
import { combineHealth, type GuardEvidence, type HealthVerdict } from '../health/health.ts';
import type { Effect } from './effect.ts';
import type { Command, ReleaseEvent } from './event.ts';
import { type ReleaseState, startRelease } from './state.ts';
import { step } from './step.ts';

/**
 * Plays a text trace and writes it out again with what happened. A trace is a spec (`release flag from -> to`, `level name share%
 * dwell …`, `watch`, `on-failure`, …) and events, one a line, each after its time: `5s tick good`, `5s..20s tick good` for one a
 * second, `6s placed 1 at 7`, `8s pause by ann: lunch`. The lines after `----` are what the machine asks for; `=` is its state.
 */
export function playTrace(text: string, options: { readonly twice?: boolean } = {}): string {
  const blocks = text.trimEnd().split(/\n\n+/);
  const head = blocks[0] ?? '';
  const spec = readSpec(head);
  let state = startRelease(START);
  const played = blocks.slice(1).map((block) => {
    const line = block.split('\n').filter((one) => !one.startsWith('#'))[0] ?? '';
    const comments = block.split('\n').filter((one) => one.startsWith('#'));
    const edit = /^(\S+) edit (.*)$/.exec(line);
    const said: string[] = [];
    for (const { event, now } of edit ? [] : readEvents(line)) {
      const repeats = options.twice && (event.kind === 'placed' || event.kind === 'result') ? 2 : 1;
      for (let i = 0; i < repeats; i++) {
        // Every state is what a restarted process would read back.
        const stored = JSON.parse(JSON.stringify(state)) as ReleaseState;
        const next = step(spec, stored, event, now);
        if (line.includes('..') && next.effects.length > 0) said.push(`at ${seconds(now)}`);
        said.push(...next.effects.map(tell));
        state = next.state;
      }
    }
    return [...comments, line, '----', ...said, `= ${describeState(state)}`].join('\n');
  });
  return `${[head, ...played].join('\n\n')}\n`;
}

function readSpec(head: string): ReleaseSpec {
  const spec: Record<string, unknown> & { ladder: unknown[] } = { ladder: [] };
  for (const line of head.split('\n')) {
    const [word, ...rest] = line.split(' ');
    if (word === 'release') Object.assign(spec, { flag: rest[0], from: rest[1], to: rest[3] });
    if (word === 'level') spec.ladder.push(readLevel(rest));
    if (word === 'watch') spec.watch = rest[0];
    if (word === 'on-failure') spec.onFailure = rest[0];
    if (word === 'on-change') spec.onChange = rest[0];
    if (word === 'rollback-after-unknown') spec.onUnknown = { rollbackAfter: rest[0] };
    if (word === 'consistency') {
      spec.consistency = [{ postgres: { primary: 'env:OMBRE_SECRET_A', standby: 'env:OMBRE_SECRET_B' } }];
    }
    if (word === 'probe') spec.probes = { any: [{ http: { url: rest[0] } }] };
  }
  return specSchemas.Release.parse(spec);
}

/** `name share% dwell`, then `step=1%/5s`, `approval`, `webhook=url`, `before=step,step`, `reserve=step`, `longest=1m`, `untested`. */
function readLevel([name, share, dwell, ...more]: readonly string[]): unknown {
  const level: Record<string, unknown> & { steps?: unknown[]; before?: unknown[] } = {
    name,
    share: fraction(share),
    dwell,
  };
  for (const word of more) {
    const [key, value = ''] = word.split('=');
    if (key === 'step') {
      const [at, time] = value.split('/');
      level.steps = [...(level.steps ?? []), { share: fraction(at), dwell: time }];
    }
    if (key === 'approval') level.gate = { approval: true };
    if (key === 'webhook') level.gate = { webhook: { url: value } };
    for (const name of key === 'before' || key === 'reserve' ? value.split(',') : []) {
      level.before = [...(level.before ?? []), readStep(name, key === 'reserve')];
    }
    if (key === 'longest') level.longest = value;
    if (key === 'untested') level.untested = true;
  }
  return level;
}

function readStep(name: string, reserved: boolean): unknown {
  const call = { url: `http://${name.toLowerCase()}.test/` };
  return reserved ? { name, try: call, confirm: call, cancel: call } : { name, do: call, undo: call };
}

function fraction(text = '0%'): number {
  return Number((Number.parseFloat(text) / 100).toFixed(6));
}

function readEvents(line: string): readonly { readonly event: ReleaseEvent; readonly now: number }[] {
  const [, from = '0s', to, rest = ''] = /^(-?[\d.]+\w+?)(?:\.\.(-?[\d.]+\w+))? (.*)$/.exec(line) ?? [];
  const first = time(from);
  const last = to === undefined ? first : time(to);
  const events = [];
  for (let now = first; now <= last; now += 1000) events.push({ event: readEvent(rest, now), now });
  if (events.length === 0 || rest === '') throw new Error(`not an event: ${line}`);
  return events;
}

/** Traces begin at noon of some day, so that clocks can be set back. */
const NOON = 1_000_000_000_000;

function time(text: string): number {
  return NOON + (text.startsWith('-') ? -1 : 1) * (parseDuration(text.replace('-', '')) ?? Number.NaN);
}

function readEvent(text: string, now: number): ReleaseEvent {
  const [word = '', ...rest] = text.split(' ');
  const by = /by (\w+)/.exec(text)?.[1] ?? 'ann';
  if (word === 'tick') return readTick(rest, now);
  if (word === 'placed') return { kind: 'placed', epoch: Number(rest[0]), revision: Number(rest[2]) };
  if (word === 'killed' || word === 'lifted' || word === 'deleted') return { kind: word, by };
  if (word === 'changed') return { kind: 'changed', what: rest };
  if (word === 'result') {
    const [key = '', result, ...more] = rest;
    const epoch = /stands at (\d+)/.exec(text)?.[1];
    const detail = more.join(' ');
    return {
      kind: 'result',
      key,
      result: result as 'done',
      ...(detail && { detail }),
      ...(epoch && { epoch: Number(epoch) }),
    };
  }
  return { kind: 'command', command: word as Command, by, why: text.split(': ')[1] ?? '' };
}

/**
 * `tick good`, or what several sources say, `tick metric:unknown breaker:bad`; then `late`, `receivers=1/2` (activated of live), `to=3`
 * (requests on the new version), `open=3` of them, `uncounted`.
 */
function readTick(words: readonly string[], now: number): ReleaseEvent {
  const more = words.filter((word) => !isVerdict(word));
  const said = words.filter(isVerdict).flatMap((word) => {
    const [verdict = '', source] = word.split(':').toReversed();
    return evidence(verdict as HealthVerdict, now, source);
  });
  const value = (key: string) => more.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
  const [activated = 1, live = 1] = (value('receivers') ?? '1/1').split('/').map(Number);
  const to = Number(value('to') ?? 0);
  const open = Number(value('open') ?? 0);
  const bad = Number(value('bad') ?? 0);
  const blast = { requests: 10 * bad, treated: 2 * bad, units: bad, bad, expected: 0 };
  return {
    kind: 'tick',
    interval: 1000,
    fresh: !more.includes('late'),
    health: said.length > 0 ? combineHealth(said) : { verdict: words[0] as HealthVerdict, evidence: [] },
    receivers: { live, activated },
    traffic: more.includes('uncounted') ? {} : { to, open, ...(bad > 0 && { blast }) },
  };
}

function isVerdict(word: string): boolean {
  return /^(\w+:)?(good|bad|undecided|unknown)$/.test(word);
}

/** What sources see when things are bad. */
const SEEN: Readonly<Record<string, string>> = {
  counters: '12 % of requests failed',
  breaker: 'the circuit of submit-v2 is open at edge, that of submit-v1 is closed',
  caller: '0.12, over 0.02 for 3 answers in a row',
};

function evidence(verdict: HealthVerdict, now: number, source = 'counters'): readonly GuardEvidence[] {
  if (verdict === 'good' || verdict === 'undecided') return [];
  const sentence = verdict === 'bad' ? (SEEN[source] ?? '') : 'the source is silent';
  const window = { from: now - 1500, to: now };
  const rest = { numbers: {}, window, requests: 100, units: 40, series: [] };
  const guard = source === 'counters' ? 'errorRate' : `${source} x`;
  return [{ guard, source, verdict, sentence, ...rest }];
}

function tell(effect: Effect): string {
  const { kind, key } = effect;
  if (kind === 'place') {
    const { reached, shares, epoch } = effect.placement;
    return `${key}: ${reached} levels, shares [${shares.join(', ')}], epoch ${epoch}`;
  }
  if (kind === 'notify') {
    const { alert, topic, text, command } = effect;
    return `${alert ? 'ALERT' : 'tell'} ${topic}: ${text}${command === undefined ? '' : ` (${command})`}`;
  }
  if (kind === 'saga') return `${key}: ${effect.call.key}, try ${effect.call.tries}`;
  return kind === 'gate' ? `${key}: ask ${effect.url} for ${effect.level}` : `${key}`;
}

function describeState(state: ReleaseState): string {
  const { phase, at, held, undecided, frozen, placement, move, saga } = state;
  return [
    phase + (frozen ? ` (${frozen.causes.join(', ')}) from ${frozen.from}` : ''),
    ...(at ? [`level ${at.level} step ${at.step}`] : []),
    ...(held > 0 ? [`held ${held / 1000}s`] : []),
    ...(undecided > 0 ? [`undecided ${undecided / 1000}s`] : []),
    `epoch ${placement.epoch}${move ? ` → ${move.placement.epoch}` : ''}`,
    ...(saga?.begun ?? []).map(({ name, stands }) => `${name} ${stands}`),
    ...(state.attempt > 1 ? [`attempt ${state.attempt}`] : []),
  ].join(', ');
}

function seconds(now: number): string {
  return `${(now - NOON) / 1000}s`;
}
