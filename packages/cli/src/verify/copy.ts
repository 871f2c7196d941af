import { API_VERSION, type Level, type ReleaseSpec, type Resource } from '@ombre/decide/model';
import { CommandEnd, exits } from '../exit.ts';

/** Nobody listens there (RFC 863's port, on loopback). */
const NOWHERE = 'http://127.0.0.1:9';

/** A step is held until it can decide; how long the run may take is for the expectation to say. */
const LONGEST = '1h';

/** Guards whose numbers come from the gateway, which is here. */
const COUNTED = ['errorRate', 'latency', 'meanLatency', 'errorsAboveControl', 'slowAboveControl'];
/** Guards that ask a metrics source; one over earlier days would ask about days that were not played. */
const ASKED = ['metric', 'caller'];

export interface Copy {
  readonly resources: readonly Resource[];
  readonly spec: ReleaseSpec;
  /** What unit the flag buckets by; undefined: the targeting key. */
  readonly unit: string | undefined;
  /** What of the plan is not part of the copy, for people. */
  readonly left: readonly string[];
}

/**
 * The environment with one release that climbs at the pace of `hold` milliseconds, over upstreams that stand here. Nothing that
 * could reach anything outside is left in it: gates agree by themselves, steps around levels, probes and, without a metrics source, guards
 * over metrics are left out and named.
 */
export function copyFor(
  resources: readonly Resource[],
  release: string,
  upstreams: ReadonlyMap<string, string>,
  hold: number,
  metrics: boolean,
): Copy {
  const found = resources.find(({ kind, metadata }) => kind === 'Release' && metadata.name === release);
  if (found?.kind !== 'Release') {
    const names = resources.filter(({ kind }) => kind === 'Release').map(({ metadata }) => metadata.name);
    throw new CommandEnd(exits.no, `there is no Release ${release}; there is ${names.join(', ') || 'none'}`);
  }
  const flag = resources.find(({ kind, metadata }) => kind === 'Flag' && metadata.name === found.spec.flag);
  if (flag?.kind !== 'Flag')
    throw new CommandEnd(exits.no, `the Release ${release} moves no flag that is declared`);
  for (const variant of [found.spec.from, found.spec.to]) {
    const value = flag.spec.variants[variant];
    if (!upstreams.has(variant) && !(typeof value === 'string' && upstreams.has(value))) {
      throw new CommandEnd(
        exits.no,
        `no service stands behind variant ${variant}: name one ${typeof value === 'string' ? value : variant}`,
      );
    }
  }
  const left: string[] = [];
  const spec = slowed(found.spec, `${hold}ms`, metrics, left);
  const kept = resources.flatMap((resource): Resource[] => {
    if (resource.kind === 'Release') return resource === found ? [{ ...resource, spec }] : [];
    if (resource.kind !== 'Upstream') return [resource];
    const url = upstreams.get(resource.metadata.name) ?? NOWHERE;
    return [{ ...resource, spec: { ...resource.spec, endpoints: [{ url }] } }];
  });
  const declared = new Set(
    kept.filter(({ kind }) => kind === 'Upstream').map(({ metadata }) => metadata.name),
  );
  const added = [...upstreams].filter(([name]) => !declared.has(name));
  return {
    resources: [
      ...kept,
      ...added.map(
        ([name, url]): Resource => ({
          apiVersion: API_VERSION,
          kind: 'Upstream',
          metadata: { name },
          spec: { endpoints: [{ url }] },
        }),
      ),
    ],
    spec,
    unit: flag.spec.unit,
    left,
  };
}

function slowed(spec: ReleaseSpec, dwell: string, metrics: boolean, left: string[]): ReleaseSpec {
  const { probes, guards = [], consistency, watch, ...others } = spec;
  const judged = metrics ? [...COUNTED, ...ASKED] : COUNTED;
  const kept = guards.filter((guard) => judged.includes(Object.keys(guard)[0] ?? ''));
  if (kept.length < guards.length) {
    const names = guards.filter((guard) => !kept.includes(guard)).map((guard) => Object.keys(guard)[0]);
    left.push(`guards over metrics (${names.join(', ')})`);
  }
  if (probes !== undefined) left.push('probes');
  if (consistency !== undefined) left.push('consistency checks');
  const ladder = spec.ladder.map(({ gate, before, longest: _, ...level }): Level => {
    if (gate !== undefined) left.push(`the gate of level ${level.name}`);
    if (before !== undefined) left.push(`the steps before level ${level.name}`);
    const { steps } = level;
    return {
      ...level,
      dwell,
      longest: LONGEST,
      ...(steps === undefined ? {} : { steps: steps.map(({ share }) => ({ share, dwell })) }),
    };
  });
  return { ...others, ladder, guards: kept, ...(watch === undefined ? {} : { watch: dwell }) };
}
