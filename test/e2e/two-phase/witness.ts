import { Agent, get, type IncomingHttpHeaders } from 'node:http';

/** One request: when it was decided, by which revision, and what it said. */
export interface Decided {
  readonly member: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly revision: number;
  /** Whether the member's lease held when it decided. */
  readonly live: boolean;
  readonly values: readonly string[];
}

/** A two-phase change that was asked for, as the control plane tells that it ended. */
export interface Ended {
  readonly value: string;
  readonly phase: 'committed' | 'aborted';
  readonly revision: number | null;
  readonly endedAt: number;
}

export interface Witness {
  readonly seen: readonly Decided[];
  stop(): Promise<void>;
}

/** Milliseconds between an answer and the next request. */
const PACE = 3;

/** Sends one request after the other to a member and writes down what each was decided by. A member that is away is asked again. */
export function witness(
  member: string,
  url: string,
  read: (sent: number, headers: IncomingHttpHeaders, body: string) => Omit<Decided, 'member'> | undefined,
): Witness {
  const agent = new Agent({ keepAlive: true });
  const seen: Decided[] = [];
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      const sent = Date.now();
      const answer = await ask(url, agent);
      const decided = answer && read(sent, answer.headers, answer.body);
      if (decided !== undefined) seen.push({ member, ...decided });
      await new Promise((done) => setTimeout(done, PACE));
    }
  })();
  return {
    seen,
    async stop() {
      stopped = true;
      agent.destroy();
      await asking;
    },
  };
}

function ask(url: string, agent: Agent): Promise<{ headers: IncomingHttpHeaders; body: string } | undefined> {
  return new Promise((done) => {
    const request = get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (text: Buffer) => {
        body += text;
      });
      response.on('end', () =>
        done(response.statusCode === 200 ? { headers: response.headers, body } : undefined),
      );
      response.on('error', () => done(undefined));
    });
    request.on('error', () => done(undefined));
  });
}

/** Everything that was seen and ought not to be. */
export function broken(seen: readonly Decided[], ended: readonly Ended[], first: string): readonly string[] {
  const committed = ended
    .flatMap((one) =>
      one.phase === 'committed' && one.revision !== null ? [{ ...one, revision: one.revision }] : [],
    )
    .sort((a, b) => a.revision - b.revision);
  const found: string[] = [];
  const last = new Map<string, number>();
  for (const one of seen) {
    const { member, at, revision, live, values } = one;
    const said = `${member} at ${at}: revision ${revision}, ${values.join(' ')}${live ? ', live' : ''}`;
    const value = committed.findLast((change) => change.revision <= revision)?.value ?? first;
    if (values.some((other) => other !== value)) found.push(`mixed, ${value} expected: ${said}`);
    const newer = committed.find((change) => live && at > change.endedAt && revision < change.revision);
    if (newer !== undefined) found.push(`old after COMMITTED of ${newer.value} at ${newer.endedAt}: ${said}`);
    if (revision < (last.get(member) ?? 0)) found.push(`went back: ${said}`);
    last.set(member, revision);
  }
  return found;
}
