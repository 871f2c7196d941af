import type { Clock } from '@ombre/carry';
import { START } from '@ombre/decide/model';
import type { LandingEdit, ReleaseView } from '@ombre/protocol';
import { type Command, combineHealth, startRelease } from '@ombre/release';
import type { Controller } from '../controllers/controller.ts';
import { type Followed, follow } from '../controllers/followed.ts';
import type { ReceiversSeen } from '../nodes/receivers-seen.ts';
import type { ProgressStore } from '../store/progress/progress-store.ts';
import type { Views } from '../views/views.ts';
import { landingEdits } from './landing-edits.ts';
import { planFor } from './plan-for.ts';
import type { ReleaseStreams } from './release-streams.ts';
import { type Beside, viewOf } from './release-view.ts';
import type { Commanded, Releases } from './releases.ts';
import { takeBack } from './take-back.ts';

export interface ReleasesParts {
  readonly environment: string;
  readonly controller: Controller;
  readonly progress: ProgressStore;
  readonly views: Pick<Views, 'head' | 'resource' | 'resources' | 'placements'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly streams: ReleaseStreams;
  /** Those of every process. */
  readonly receivers: () => Promise<ReceiversSeen>;
}

/** Lines of history with a view, unless said. */
const LINES = 20;
/** A command is waited for so long, in ms, and looked for so often. */
const PATIENCE = 10_000;
const LOOK = 20;

/** The releases of an environment, from memory where they are controlled here, else as they were written last. */
export function createReleases(parts: ReleasesParts): Releases {
  const { environment, controller, progress, views, clock, newId, streams } = parts;

  async function all(): Promise<ReadonlyMap<string, Followed>> {
    const known = new Map<string, Followed>(controller.followed);
    if (!controller.holds) {
      const [{ rows }, seen] = await Promise.all([progress.load(environment), parts.receivers()]);
      for (const row of rows) {
        const one = follow(row.release, row.facts.spec, 'api', { ...row, lines: 0 });
        known.set(row.release, Object.assign(one, { receivers: seen.at(row.state.revision) }));
      }
    }
    const present = new Map<string, Followed>();
    for (const { resource, origin } of views.resources(environment, { kind: 'Release' }) ?? []) {
      if (resource.kind !== 'Release') continue;
      const { name } = resource.metadata;
      const one = known.get(name) ?? unfollowed(name, resource.spec);
      present.set(name, Object.assign(one, { spec: resource.spec, origin }));
    }
    return present;
  }

  function unfollowed(name: string, spec: Followed['spec']): Followed {
    const placement = views.placements(environment)?.find((row) => row.release === name)?.placement;
    const { revision = 0, lineage = '' } = views.head(environment)?.head ?? {};
    const facts = { born: revision, bornEpoch: 0, lineage, spec, pins: {}, health: combineHealth([]) };
    return follow(name, spec, 'api', {
      version: 0,
      state: startRelease(placement ?? START),
      facts,
      lines: 0,
    });
  }

  let landing: { readonly at: string; readonly edits: readonly LandingEdit[] } | undefined;
  function landingFor({ release, state }: Followed): readonly LandingEdit[] {
    if (state.phase !== 'completed') return [];
    const at = `${release} ${views.head(environment)?.head.digest}`;
    if (landing?.at !== at) landing = { at, edits: landingEdits(views, environment, release) };
    return landing.edits;
  }

  function beside(one: Followed): Beside {
    return { landing: landingFor(one), halted: controller.halted };
  }

  async function view(release: string, events = LINES): Promise<ReleaseView | undefined> {
    const one = (await all()).get(release);
    if (one === undefined) return undefined;
    const lines = events === 0 ? [] : await progress.history(environment, release, { limit: events });
    return viewOf(one, lines, beside(one));
  }

  const until = async <T>(look: () => Promise<T | undefined>): Promise<T | undefined> => {
    const end = clock.monotonic() + PATIENCE;
    for (;;) {
      const found = await look();
      if (found !== undefined || clock.monotonic() >= end) return found;
      await new Promise<void>((resolve) => clock.after(LOOK, resolve));
    }
  };

  async function command(
    release: string,
    what: Command,
    { by, why }: { readonly by: string; readonly why: string },
  ): Promise<Commanded> {
    const before = await view(release);
    if (before === undefined)
      return { ok: false, code: 'NOT_FOUND', message: `There is no Release/${release}.` };
    const id = newId();
    await progress.ask(environment, { id, release, command: what, by, why, at: controller.time() });
    controller.wake();
    const answer = await until(() => progress.answerOf(environment, id));
    if (answer === undefined) {
      const message = `Nobody controls ${environment} now; ${what} is kept and carried out as soon as somebody does.`;
      return { ok: false, code: 'UNAVAILABLE', message };
    }
    if (answer.refusal !== null) return { ok: false, code: 'RELEASE_REFUSED', message: answer.refusal };
    return what === 'land' ? landed(before) : { ok: true, view: (await view(release)) ?? before };
  }

  /** Landing is an effect: this waits for what became of it. */
  async function landed(before: ReleaseView): Promise<Commanded> {
    const after = before.events.at(-1)?.number ?? 0;
    const done = await until(async () => {
      const lines = await progress.history(environment, before.name, { after, limit: 100 });
      return lines.find(({ kind }) => kind === 'landed' || kind === 'removed' || kind === 'refused');
    });
    if (done?.kind === 'refused') {
      const edits = landingEdits(views, environment, before.name);
      const told = edits.map(({ sentence, diff }) => `\n\n${sentence}\n${diff}`).join('');
      return { ok: false, code: 'RELEASE_REFUSED', message: `${done.text}${told}` };
    }
    const now = await view(before.name);
    return { ok: true, view: now ?? { ...before, phase: done === undefined ? before.phase : 'landed' } };
  }

  return {
    list: async () => {
      const found = [...(await all()).values()];
      return found.map((one) => viewOf(one, [], beside(one)));
    },
    view,
    plan: (release, given) => planFor({ environment, views, controller, clock }, release, given),
    command,
    takeBack: (names, asked, patience) =>
      takeBack({ environment, progress, controller, clock, newId, all }, names, asked, patience),
    take: async (report) => controller.take(report),
    stream: (response, release, after, headers) =>
      streams.open(response, release, after, headers, (name) => view(name)),
  };
}
