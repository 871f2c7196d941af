import type { TwoPhaseChange } from '../change.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '../coordinator.ts';
import type { TwoPhaseReceiverEvent } from '../receiver.ts';
import type { Machines } from './machines.suite.ts';
import {
  ID,
  type Mail,
  type Other,
  type Peer,
  type Setting,
  type Told,
  termsOf,
  type World,
} from './world.suite.ts';

/**
 * One thing that can happen. `calm` ranks what happens when nothing goes wrong, the least first; faults have none. `alone` is true of
 * what happens though no receiver is heard.
 */
export interface Move {
  readonly what: string;
  readonly world: World;
  readonly calm?: number;
  readonly alone?: boolean;
}

const FLAG = 'Flag/a';
/** What a receiver serves that activates without having compiled: no revision holds it. */
const NOTHING = 1 << 10;
const NAMES = { kill: 'Override/b', touching: FLAG, apart: 'Flag/b' };

/** Receivers that serve revision 0 and hold no lease, and a coordinator that has been there for long. */
export function beginning(machines: Machines, setting: Setting): World {
  const { state } = machines.recover(
    termsOf(setting),
    { head: 0, floor: 0, change: undefined },
    -setting.lease,
  );
  const peer: Peer = {
    state: machines.beginReceiving(0),
    serves: 0,
    compiled: undefined,
    mail: [],
    grant: 0,
    readied: [],
  };
  return {
    log: [0],
    record: undefined,
    coordinator: state,
    peers: Array.from({ length: setting.receivers }, () => peer),
    told: [],
    others: [],
    decisions: [],
    killed: false,
    rash: false,
  };
}

/** Everything that can happen next. */
export function movesFrom(shell: Shell, world: World): Move[] {
  const { setting, machines } = shell;
  const moves: Move[] = [];
  const move = (what: string, next: World | undefined, calm?: number, alone?: boolean): void => {
    if (next === undefined || next === world) return;
    moves.push({
      what,
      world: next,
      ...(calm === undefined ? {} : { calm }),
      ...(alone === undefined ? {} : { alone }),
    });
  };
  const coordinated = (what: string, event: CoordinatorEvent, calm: number, alone: boolean): void => {
    const { whole, cut } = shell.coordinate(world, event);
    move(what, whole, calm, alone);
    if (cut !== undefined) move(`${what}, killed half-way`, cut);
  };

  const { log, record, coordinator, told, others, peers } = world;
  const head = log.length - 1;

  if (coordinator.head < head) {
    const revision = coordinator.head + 1;
    const kind = others[otherAt(log, revision)] ?? 'apart';
    coordinated(
      `the coordinator learns of ${kind} ${revision}`,
      { type: 'moved', revision, names: [NAMES[kind]], urgent: kind === 'kill' },
      1,
      true,
    );
  }
  coordinated('begin', { type: 'begin', id: ID, base: head, touches: [FLAG] }, 2, true);
  coordinated('wake', { type: 'wake' }, 8, true);
  move('the coordinator restarts', shell.restart(world));
  const other = setting.others[others.length];
  if (other !== undefined) move(other, commitOther(world, other));

  peers.forEach((peer, index) => {
    const change = (next: Partial<Peer> | undefined): World | undefined =>
      next === undefined
        ? undefined
        : { ...world, peers: peers.map((other, at) => (at === index ? { ...other, ...next } : other)) };
    const received = (what: string, event: TwoPhaseReceiverEvent, calm: number): void =>
      move(`${index} ${what}`, shell.receive(world, index, event), calm);

    for (const one of told) received(`hears ${one.type}`, asEvent(one, log), 3);
    const { stage, at } = peer.state;
    if (stage?.progress === 'working') {
      received(
        `has compiled version ${stage.version}`,
        { type: 'staged', id: ID, version: stage.version },
        4,
      );
    }
    if (at < head) move(`${index} follows to ${at + 1}`, shell.follow(world, index, at + 1), 5);
    peer.mail.forEach((mail, slot) => {
      const rest = peer.mail.filter((_, other) => other !== slot);
      const { whole, cut } = shell.acknowledge(world, index, mail);
      move(`${index} is heard`, whole && settle(whole, index, rest), 6);
      move(`${index} is heard, and again later`, whole);
      if (cut !== undefined) move(`${index} is heard, killed half-way`, cut);
    });
    const mail = shell.mail(peer);
    const known = peer.mail.some((other) => sameMail(other, mail));
    const informs =
      peer.mail.length === 0 &&
      (record?.phase === 'preparing'
        ? mail.staged === record.version &&
          record.members.includes(String(index)) &&
          !coordinator.staged.includes(String(index))
        : record?.phase === 'committing' && coordinator.awaited.includes(String(index)));
    if (!known && peer.mail.length < setting.mailbox) {
      move(
        `${index} acknowledges ${at}`,
        change({ mail: sorted([...peer.mail, mail]) }),
        informs ? 7 : undefined,
      );
    }
    // An older one is lost, and there is room for this one.
    if (!known && peer.mail.length === setting.mailbox) {
      for (const lost of peer.mail) {
        const rest = peer.mail.filter((other) => other !== lost);
        move(
          `${index} acknowledges ${at}, ${lost.revision} is lost`,
          change({ mail: sorted([...rest, mail]) }),
        );
      }
    }
    if (peer.grant > 0) move(`${index} has its lease`, shell.granted(world, index, peer.grant), 6);
    const oldest = setting.restarts === 'anyone' ? 0 : at + 1;
    for (let revision = at; revision >= oldest; revision--) {
      move(`${index} restarts with ${revision}`, change(restarted(machines, log, peer, revision)));
    }
  });

  move('time passes', tick(setting, world), 9, true);
  return moves;
}

/** Which of the other changes made this revision: they and the two-phase change are all there is. */
function otherAt(log: readonly number[], revision: number): number {
  const added = (log[revision] ?? 0) & ~(log[revision - 1] ?? 0) & ~1;
  return 31 - Math.clz32(added) - 1;
}

function commitOther(world: World, kind: Other): World {
  const bit = 2 << world.others.length;
  return {
    ...world,
    log: [...world.log, (world.log.at(-1) ?? 0) | bit],
    others: [...world.others, kind],
    killed: world.killed || (kind === 'kill' && world.record?.phase === 'preparing'),
  };
}

function asEvent(told: Told, log: readonly number[]): TwoPhaseReceiverEvent {
  if (told.type === 'abort') return { type: 'abort', id: ID };
  const { type, version, base } = told;
  const digest = String((log[base] ?? 0) | 1);
  return type === 'prepare' ? { type, id: ID, version, base, digest } : { type, id: ID, version, digest };
}

/** A process that begins anew with one of the revisions that it has served: the newest may not have reached its disk. */
function restarted(machines: Machines, log: readonly number[], peer: Peer, revision: number): Partial<Peer> {
  return {
    state: machines.beginReceiving(revision),
    serves: log[revision] ?? 0,
    compiled: undefined,
    // Nobody waits for the answers any more.
    mail: sorted(peer.mail.map((mail) => ({ ...mail, until: 0 }))),
    grant: 0,
  };
}

function settle(world: World, index: number, mail: readonly Mail[]): World {
  return { ...world, peers: world.peers.map((peer, at) => (at === index ? { ...peer, mail } : peer)) };
}

function sameMail(a: Mail, b: Mail): boolean {
  return a.revision === b.revision && a.staged === b.staged && a.until === b.until;
}

function sorted(mail: readonly Mail[]): readonly Mail[] {
  return mail
    .filter((one, at) => mail.findIndex((other) => sameMail(one, other)) === at)
    .sort((a, b) => a.revision - b.revision || a.staged - b.staged || a.until - b.until);
}

function tick(setting: Setting, world: World): World {
  const later = (time: number): number => Math.max(0, time - 1);
  const { coordinator, peers } = world;
  const { leases, deadline, complete } = coordinator;
  return {
    ...world,
    coordinator: {
      ...coordinator,
      deadline: later(deadline),
      complete: later(complete),
      leases: Object.fromEntries(Object.entries(leases).map(([name, until]) => [name, later(until)])),
    },
    peers: peers.map((peer) => ({
      ...peer,
      state: { ...peer.state, leasedUntil: later(peer.state.leasedUntil) },
      grant: setting.wrong === 'counts the lease from the answer' ? peer.grant : later(peer.grant),
      mail: sorted(peer.mail.map((mail) => ({ ...mail, until: later(mail.until) }))),
    })),
  };
}

interface Outcome {
  /** Undefined where nothing happened. */
  readonly whole: World | undefined;
  /** The process was killed between writing and telling. */
  readonly cut?: World;
}

export type Shell = ReturnType<typeof createShell>;

/** What the shells of both halves do: transactions, messages, activation. */
export function createShell(machines: Machines, setting: Setting) {
  const terms = termsOf(setting);

  function coordinate(world: World, event: CoordinatorEvent): Outcome {
    const before = world.coordinator.change;
    const { state, effects } = machines.coordinate(terms, world.coordinator, event, 0);
    const after = state.change;
    const told = tell({ ...world, coordinator: state }, effects);
    if (after === before || after === undefined) return { whole: told };
    const decides = before?.phase === 'preparing' && isDecided(after.phase);
    const elsewhere = world.log.length - 1 !== after.base;
    // The transaction finds another head and writes nothing.
    if (decides && elsewhere && setting.wrong !== 'decides on any head') return { whole: undefined };
    const write = (into: World): World => ({
      ...into,
      record: after,
      log: decides ? [...into.log, (into.log.at(-1) ?? 0) | 1] : into.log,
      rash: into.rash || (decides && isRash(machines, world, after)),
      decisions: note(into.decisions, decides ? 'commit' : after.phase === 'aborted' ? 'abort' : undefined),
    });
    const cut = setting.wrong === 'sends before it writes' ? told : write(world);
    return { whole: write(told), cut: restart(cut) };
  }

  function restart(world: World): World {
    const { record, log } = world;
    const floor = record !== undefined && isDecided(record.phase) ? record.base + 1 : 0;
    const { state, effects } = machines.recover(terms, { head: log.length - 1, floor, change: record }, 0);
    return tell({ ...world, coordinator: state }, effects);
  }

  function tell(world: World, effects: readonly CoordinatorEffect[]): World {
    const said = effects.flatMap((effect): Told[] => {
      if (effect.type === 'abort') return [{ type: 'abort' }];
      if (effect.type !== 'prepare' && effect.type !== 'commit') return [];
      return [{ type: effect.type, version: effect.change.version, base: effect.change.base }];
    });
    const fresh = said.filter(
      (one) => !world.told.some((other) => JSON.stringify(one) === JSON.stringify(other)),
    );
    return fresh.length === 0 ? world : { ...world, told: [...world.told, ...fresh].sort(byText) };
  }

  function acknowledge(world: World, index: number, mail: Mail): Outcome {
    const { revision, staged, until } = mail;
    const outcome = coordinate(world, {
      type: 'acknowledged',
      receiver: String(index),
      revision,
      ...(staged === 0 ? {} : { staged: { id: ID, version: staged } }),
    });
    if (outcome.whole === undefined) return outcome;
    const granted = revision >= world.coordinator.floor;
    if (!granted || until === 0) return outcome;
    const peers = outcome.whole.peers.map((peer, at) =>
      at === index ? { ...peer, grant: Math.max(peer.grant, until) } : peer,
    );
    const whole = { ...outcome.whole, peers };
    return { ...outcome, whole: setting.lateGrants ? whole : granting(whole, index, until) };
  }

  function granting(world: World, index: number, until: number): World {
    const { lease } = setting;
    const sent = setting.wrong === 'counts the lease from the answer' ? 0 : until - lease;
    const next = receive(world, index, { type: 'granted', sent, lease }) ?? world;
    return {
      ...next,
      peers: next.peers.map((peer, at) => (at === index ? { ...peer, grant: 0 } : peer)),
    };
  }

  function receive(world: World, index: number, event: TwoPhaseReceiverEvent): World | undefined {
    const peer = world.peers[index] as Peer;
    const { state, effects } = machines.receive(peer.state, event);
    let { serves, compiled, readied } = peer;
    let decisions = world.decisions;
    for (const effect of effects) {
      if (effect.type === 'discard') compiled = undefined;
      if (effect.type !== 'activate') continue;
      // A receiver that was told to commit acts on a decision.
      decisions = note(decisions, 'commit');
      serves = compiled ?? NOTHING;
      compiled = undefined;
    }
    if (event.type === 'staged' && state !== peer.state) {
      compiled = peer.serves | 1;
      readied = [...new Set([...readied, event.version])].sort();
    }
    if (state === peer.state && serves === peer.serves) return undefined;
    const next: Peer = { ...peer, state, serves, compiled, readied };
    const after = {
      ...world,
      decisions,
      peers: world.peers.map((other, at) => (at === index ? next : other)),
    };
    if (setting.slowStaging || state.stage?.progress !== 'working') return after;
    return receive(after, index, { type: 'staged', id: ID, version: state.stage.version });
  }

  return {
    machines,
    setting,
    coordinate,
    restart,
    acknowledge,
    receive,
    granted: granting,
    follow(world: World, index: number, revision: number): World | undefined {
      const serves = world.log[revision] ?? 0;
      const peers = world.peers.map((peer, at) => (at === index ? { ...peer, serves } : peer));
      return receive({ ...world, peers }, index, { type: 'serves', revision });
    },
    mail({ state }: Peer): Mail {
      return {
        revision: state.at,
        staged: machines.stagedBy(state)?.version ?? 0,
        until: setting.lease,
      };
    },
  };
}

function isRash(machines: Machines, { peers }: World, { members, version }: TwoPhaseChange): boolean {
  const staged = members.filter((name) => peers[Number(name)]?.readied.includes(version));
  return staged.length < machines.quorumOf(members.length);
}

export function isDecided(phase: string): boolean {
  return phase === 'committing' || phase === 'committed';
}

function note(decisions: readonly string[], decision: string | undefined): readonly string[] {
  return decision === undefined || decisions.includes(decision) ? decisions : [...decisions, decision].sort();
}

function byText(a: Told, b: Told): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
