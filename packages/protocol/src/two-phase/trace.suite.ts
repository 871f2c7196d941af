import {
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorState,
  coordinate,
  nextWake,
  recover,
  type TwoPhaseTerms,
} from './coordinator.ts';
import {
  beginReceiving,
  isLive,
  receive,
  type TwoPhaseReceiverEffect,
  type TwoPhaseReceiverEvent,
  type TwoPhaseReceiverState,
} from './receiver.ts';

/**
 * Plays a text trace and writes it out again with what happened: the first line says whose (`coordinator lease 15 deadline 10`,
 * `receiver at 7`), each block is one event after its time in seconds; the lines after `----` are what it asks for, `=` its state.
 */
export function playTrace(text: string): string {
  const [head = '', ...blocks] = text.trimEnd().split(/\n\n+/);
  const opening = head.split('\n').find((line) => !line.startsWith('#')) ?? '';
  const play = opening.startsWith('receiver') ? playReceiver(opening) : playCoordinator(opening);
  const played = blocks.map((block) => {
    const lines = block.split('\n');
    const comments = lines.filter((line) => line.startsWith('#'));
    const line = lines.find((one) => !one.startsWith('#')) ?? '';
    return [...comments, line, '----', ...play(line)].join('\n');
  });
  return `${[head, ...played].join('\n\n')}\n`;
}

type Play = (line: string) => readonly string[];

function playCoordinator(opening: string): Play {
  const [, , lease, , deadline] = opening.split(' ').map(Number);
  const terms: TwoPhaseTerms = { lease: lease ?? 0, deadline: deadline ?? 0 };
  const head = Number(/ at (\d+)/.exec(opening)?.[1]);
  let { state } = recover(terms, { head, floor: 0, change: undefined }, -terms.lease);
  return (line) => {
    const [time, word, ...rest] = line.split(' ');
    const now = Number(time?.slice(0, -1));
    let effects: readonly CoordinatorEffect[];
    if (word === 'restart') {
      // Only what was written is still there.
      const change = JSON.parse(JSON.stringify(state.change ?? null)) ?? undefined;
      ({ state, effects } = recover(terms, { head: state.head, floor: state.floor, change }, now));
    } else ({ state, effects } = coordinate(terms, state, coordinatorEvent(word, rest), now));
    return [...effects.map(describeEffect), `= ${describeCoordinator(state, now)}`];
  };
}

function coordinatorEvent(word: string | undefined, rest: readonly string[]): CoordinatorEvent {
  const after = (key: string): string => rest[rest.indexOf(key) + 1] ?? '';
  switch (word) {
    case 'begin':
      return {
        type: 'begin',
        id: rest[0] ?? '',
        base: Number(after('on')),
        touches: rest.slice(rest.indexOf('touching') + 1),
      };
    case 'moved':
    case 'killed':
      return {
        type: 'moved',
        revision: Number(after('to')),
        names: rest.slice(rest.indexOf('by') + 1),
        urgent: word === 'killed',
      };
    case 'withdraw':
      return { type: 'withdrawn', id: rest[0] ?? '', why: rest.slice(1).join(' ') };
    case 'wake':
      return { type: 'wake' };
    default: {
      // `gw1 serves 7`, `gw1 serves 7 staged c1.2`
      const [id = '', version] = after('staged').split('.');
      return {
        type: 'acknowledged',
        receiver: word ?? '',
        revision: Number(after('serves')),
        ...(rest.includes('staged') ? { staged: { id, version: Number(version) } } : {}),
      };
    }
  }
}

function describeEffect(effect: CoordinatorEffect): string {
  switch (effect.type) {
    case 'lease':
      return `${effect.receiver}: ${effect.granted ? 'lease' : 'no lease'}`;
    case 'refuse':
      return `refuse ${effect.id}: ${effect.code}${effect.code === 'EARLY' ? ` until ${effect.until}s` : ''}`;
    default: {
      const { id, version, base, why } = effect.change;
      const what = effect.type === 'commit' ? `as ${base + 1}` : `on ${base}`;
      return `${effect.type} ${id}.${version} ${what}${why === undefined ? '' : `: ${why}`}`;
    }
  }
}

function describeCoordinator(state: CoordinatorState, now: number): string {
  const { change, head, floor, staged, awaited } = state;
  const wake = nextWake(state);
  return [
    change === undefined ? 'nothing' : `${change.phase} ${change.id}.${change.version}`,
    `head ${head}`,
    ...(floor > 0 ? [`floor ${floor}`] : []),
    ...(staged.length > 0 ? [`staged by ${staged.join(' ')}`] : []),
    ...(awaited.length > 0 ? [`awaits ${awaited.join(' ')}`] : []),
    ...(wake === undefined ? [] : [`wakes at ${Math.max(wake, now)}s`]),
  ].join(', ');
}

function playReceiver(opening: string): Play {
  let state = beginReceiving(Number(/ at (\d+)/.exec(opening)?.[1]));
  return (line) => {
    const [time, ...rest] = line.split(' ');
    const now = Number(time?.slice(0, -1));
    const { state: after, effects } = receive(state, receiverEvent(rest));
    state = after;
    return [...effects.map(describeReceiverEffect), `= ${describeReceiver(state, now)}`];
  };
}

/** `prepare c1.1 on 7 digest d8`, `staged c1.1`, `commit c1.1 digest d8`, `abort c1`, `serves 8`, `granted 15 from 2s`. */
function receiverEvent([word, name = '', ...rest]: readonly string[]): TwoPhaseReceiverEvent {
  const [id = '', digits] = name.split('.');
  const version = Number(digits);
  const after = (key: string): string => rest[rest.indexOf(key) + 1] ?? '';
  switch (word) {
    case 'prepare':
      return { type: word, id, version, base: Number(after('on')), digest: after('digest') };
    case 'commit':
      return { type: word, id, version, digest: after('digest') };
    case 'staged':
    case 'unstaged':
      return { type: word, id, version };
    case 'serves':
      return { type: word, revision: Number(name) };
    case 'granted':
      return { type: word, lease: Number(name), sent: Number.parseFloat(after('from')) };
    default:
      return { type: 'abort', id };
  }
}

function describeReceiverEffect(effect: TwoPhaseReceiverEffect): string {
  if (effect.type === 'acknowledge' || effect.type === 'discard') return effect.type;
  return `${effect.type} ${effect.prepared.id}.${effect.prepared.version}`;
}

function describeReceiver(state: TwoPhaseReceiverState, now: number): string {
  const { at, stage } = state;
  return [
    `serves ${at}`,
    ...(stage === undefined ? [] : [`${stage.progress} ${stage.id}.${stage.version}`]),
    ...(isLive(state, now) ? ['live'] : []),
  ].join(', ');
}
