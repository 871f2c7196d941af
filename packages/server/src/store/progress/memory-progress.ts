import type { CommandRow, EventRow, OpenEffect, ProgressRow, ProgressStore } from './progress-store.ts';
import { KEPT_EVENTS } from './progress-store.ts';

interface Kept {
  readonly rows: Map<string, ProgressRow>;
  readonly open: Map<string, OpenEffect>;
  readonly events: Map<string, EventRow[]>;
  readonly inbox: Map<string, { readonly command: CommandRow; answer?: { readonly refusal: string | null } }>;
}

/** Progress that is forgotten with the process. `holds` tells whether a lease is held with a token now. */
export function memoryProgress(holds: (lease: string, token: number) => boolean): ProgressStore {
  const environments = new Map<string, Kept>();
  const of = (environment: string): Kept => {
    const kept = environments.get(environment) ?? {
      rows: new Map(),
      open: new Map(),
      events: new Map(),
      inbox: new Map(),
    };
    environments.set(environment, kept);
    return kept;
  };
  return {
    load: async (environment) => {
      const { rows, open, events } = of(environment);
      const lines = [...events].flatMap(([release, all]) =>
        all.slice(-1).map(({ number }) => [release, number]),
      );
      return structuredClone({
        rows: [...rows.values()],
        open: [...open.values()],
        lines: Object.fromEntries(lines) as Record<string, number>,
      });
    },

    commit: async ({ environment, fence, writes, answered }) => {
      if (!holds(fence.lease, fence.token)) return { ok: false, code: 'FENCED' };
      const { rows, open, events, inbox } = of(environment);
      for (const { release, row, asked, done, events: lines } of structuredClone(writes)) {
        if (row === null) rows.delete(release);
        else rows.set(release, { release, ...row });
        for (const key of done) open.delete(key);
        for (const effect of asked) open.set(effect.key, { release, ...effect });
        const all = [...(events.get(release) ?? []), ...lines.map((line) => ({ release, ...line }))];
        events.set(release, all.slice(-KEPT_EVENTS));
      }
      for (const { id, refusal } of answered) {
        const waiting = inbox.get(id);
        if (waiting !== undefined) waiting.answer = { refusal };
      }
      return { ok: true };
    },

    history: async (environment, release, { after, limit }) => {
      const all = of(environment).events.get(release) ?? [];
      return after === undefined
        ? all.slice(Math.max(0, all.length - limit))
        : all.filter(({ number }) => number > after).slice(0, limit);
    },

    ask: async (environment, command) => {
      const { inbox } = of(environment);
      if (!inbox.has(command.id)) inbox.set(command.id, { command });
    },

    asked: async (environment) =>
      [...of(environment).inbox.values()]
        .filter(({ answer }) => answer === undefined)
        .map(({ command }) => command)
        .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),

    answerOf: async (environment, id) => of(environment).inbox.get(id)?.answer,
  };
}
