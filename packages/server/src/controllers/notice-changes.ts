import type { Encoded, Head } from '@ombre/decide';
import { START } from '@ombre/decide/model';
import { combineHealth, isUnderWay, startRelease } from '@ombre/release';
import type { Views } from '../views/views.ts';
import { type Followed, follow } from './followed.ts';
import { changedPins, type PinWatch, watchPins } from './pins.ts';

export interface Noticing {
  readonly environment: string;
  readonly views: Pick<Views, 'resource' | 'resources' | 'placements' | 'overrides'>;
  readonly followed: Map<string, Followed>;
  readonly pins: Map<string, PinWatch>;
  /** Number of the last line of history of releases that are not followed. */
  readonly lines: Readonly<Record<string, number>>;
}

/** It went, and what comes under its name is another: nobody is treated, and nothing is open but what people are told. */
function hasGone({ present, open, state }: Followed): boolean {
  if (present || isUnderWay(state.saga)) return false;
  const ended =
    state.phase === 'landed' || (state.phase === 'rolled-back' && state.afterRollback === 'delete');
  return ended || open.size === 0;
}

/** Takes over what authors and operators changed up to a head: new releases are followed, edits, kills and restores are told to theirs. */
export function noticeChanges(noticing: Noticing, head: Head, encoded: Encoded): void {
  const { environment, views, followed, pins, lines } = noticing;
  const present = new Set<string>();
  const kills = new Map<string, string>();
  for (const { kind, flag, by } of views.overrides(environment) ?? [])
    if (kind === 'kill') kills.set(flag, by);
  const placements = new Map(
    (views.placements(environment) ?? []).map((row) => [row.release, row.placement]),
  );
  for (const { resource, origin } of views.resources(environment, { kind: 'Release' }) ?? []) {
    if (resource.kind !== 'Release') continue;
    const { name } = resource.metadata;
    present.add(name);
    const watch = pins.get(name) ?? watchPins();
    pins.set(name, watch);
    const now = watch.read(resource, encoded, (key) => views.resource(environment, key));
    let one = followed.get(name);
    if (one === undefined || hasGone(one)) {
      const facts = {
        born: head.revision,
        bornEpoch: placements.get(name)?.epoch ?? 0,
        lineage: head.lineage,
        spec: resource.spec,
        pins: now,
        health: combineHealth([]),
      };
      const { open = new Set<string>(), waiting = [], version = 0 } = one ?? {};
      // What people are still told of the one before it keeps its keys.
      const state = { ...startRelease(placements.get(name) ?? START), sequence: one?.state.sequence ?? 0 };
      const begun = { version, state, facts, lines: one?.lines ?? lines[name] ?? 0 };
      const results = waiting.filter(({ done }) => done !== undefined);
      one = Object.assign(one ?? {}, follow(name, resource.spec, origin, begun), { open, waiting: results });
      followed.set(name, one);
    }
    Object.assign(one, { spec: resource.spec, origin, present: true });
    const changed = changedPins(one.facts.pins, now);
    const moved = one.facts.lineage === head.lineage ? changed : [...changed, 'the environment (restored)'];
    if (moved.length > 0) {
      one.facts = { ...one.facts, pins: now, lineage: head.lineage, spec: resource.spec };
      one.unwritten = true;
      one.waiting.push({ event: { kind: 'changed', what: moved } });
    }
    const killer = kills.get(resource.spec.flag);
    if (killer !== undefined && !one.state.killed)
      one.waiting.push({ event: { kind: 'killed', by: killer } });
    if (killer === undefined && one.state.killed)
      one.waiting.push({ event: { kind: 'lifted', by: 'an operator' } });
  }
  for (const one of followed.values()) if (!present.has(one.release)) one.present = false;
}
