/** One worker's metrics in the text format of Prometheus, as `exposition` writes them. */
export interface WorkerMetrics {
  readonly worker: number;
  readonly text: string;
}

/**
 * The metrics of several workers as one text: each family once, each sample with its worker as a label. They are not added up: a
 * worker that begins anew resets its own counters only, which `rate` and `increase` see, where a sum that falls by one worker's part
 * looks to them as if everything had begun anew.
 */
export function joinMetrics(all: readonly WorkerMetrics[]): string {
  const families = new Map<string, { readonly about: Set<string>; readonly samples: string[] }>();
  for (const { worker, text } of all) {
    let samples: string[] = [];
    for (const line of text.split('\n')) {
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      if (name !== undefined) {
        const family = families.get(name) ?? { about: new Set(), samples: [] };
        families.set(name, family);
        family.about.add(line);
        samples = family.samples;
      } else if (line !== '') samples.push(labelled(line, worker));
    }
  }
  const lines = [...families.values()].flatMap(({ about, samples }) => [...about, ...samples]);
  return lines.map((line) => `${line}\n`).join('');
}

function labelled(sample: string, worker: number): string {
  const [name = ''] = /^[\w:]+/.exec(sample) ?? [];
  const rest = sample.slice(name.length);
  const label = `worker="${worker}"`;
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`;
}
