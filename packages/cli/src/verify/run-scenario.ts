import type { Resource } from '@ombre/decide/model';
import type { ReleaseView } from '@ombre/protocol';
import type { Copy } from './copy.ts';
import { openScenarioStage, type ScenarioServices, type ScenarioStage } from './scenario-stage.ts';
import type { Fault, Scenario, Suite } from './suite.ts';
import type { Sample } from './traffic.ts';

/** What a scenario came to. Times in ms of the monotonic clock. */
export interface Run {
  readonly view: ReleaseView;
  /** It came to an end by itself and was not cut off. */
  readonly over: boolean;
  readonly began: number;
  readonly ended: number;
  /** When the first fault began; undefined where none has. */
  readonly faultBegan: number | undefined;
  readonly samples: readonly Sample[];
  /** Longest time, ms, in which what plays all this stood still: times shorter than that mean nothing. */
  readonly stalled: number;
  readonly left: Copy['left'];
}

/** How often the release is looked at, in ms. */
const LOOK = 100;
/** Traffic before the release begins, so that there is something to compare with, and after its end. */
const AROUND = 1_000;

/**
 * Plays one scenario: opens its stage, lets the release climb while the faults come and go, and closes all of it again. `tell` is told each
 * change of where the release stands, and how many ms after the beginning.
 */
export async function runScenario(
  suite: Suite,
  scenario: Scenario,
  resources: readonly Resource[],
  services: ScenarioServices,
  tell: (view: ReleaseView, at: number) => void,
): Promise<Run> {
  const stage = await openScenarioStage(suite, resources, services);
  try {
    const { traffic, left } = stage;
    const began = performance.now();
    await rest(AROUND);
    await stage.begin();
    const since = new Map<Fault, number>();
    const view = await playFaults(stage, suite.verify, scenario, { began, since, tell });
    if (view === undefined) throw new Error(`the release ${suite.verify} was never seen`);
    const over = isOver(view, scenario.expect.outcome);
    await rest(AROUND);
    await traffic.stop();
    const begins = [...since.values()];
    return {
      view,
      over,
      began,
      ended: performance.now(),
      faultBegan: begins.length === 0 ? undefined : Math.min(...begins),
      samples: traffic.samples,
      stalled: traffic.stalled,
      left,
    };
  } finally {
    await stage.close();
  }
}

/**
 * Looks at the release every 100 ms and lets the stand-ins suffer what is due, until it is over or the time it was given is. `since` is
 * filled with when each fault began. Answers the release as it was last seen.
 */
async function playFaults(
  { client, stands }: ScenarioStage,
  release: string,
  { expect, faults }: Scenario,
  play: {
    readonly began: number;
    readonly since: Map<Fault, number>;
    readonly tell: (view: ReleaseView, at: number) => void;
  },
): Promise<ReleaseView | undefined> {
  const { began, since, tell } = play;
  let view: ReleaseView | undefined;
  let version = -1;
  for (;;) {
    const answer = await client.release(release);
    const now = performance.now();
    if (answer.ok) {
      view = answer.value;
      if (view.version !== version) tell(view, now - began);
      version = view.version;
    }
    for (const fault of faults) {
      if (!since.has(fault) && hasBegun(fault, now - began, view)) since.set(fault, now);
    }
    for (const [name, stand] of stands) {
      stand.suffer(faults.filter((fault) => fault.upstream === name && lasts(fault, since.get(fault), now)));
    }
    if ((view !== undefined && isOver(view, expect.outcome)) || now > began + expect.within) return view;
    await rest(LOOK);
  }
}

function hasBegun({ begins }: Fault, passed: number, view: ReleaseView | undefined): boolean {
  if (begins === undefined) return true;
  if ('after' in begins) return passed >= begins.after;
  return view?.ladder.some(({ name, reached }) => reached && name === begins.level) === true;
}

function lasts({ lasts: long }: Fault, since: number | undefined, now: number): boolean {
  return since !== undefined && (long === undefined || now < since + long);
}

/** A frozen release may go on by itself, so it is an end only where it is the one expected. */
function isOver({ phase }: ReleaseView, expected: string): boolean {
  return phase === 'completed' || phase === 'rolled-back' || (phase === 'frozen' && expected === 'frozen');
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
