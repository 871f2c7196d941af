/** Columns of every table, as both databases give them back. Everything an environment owns is keyed by project and environment. */
export interface Tables {
  readonly environment: EnvironmentTable;
  readonly resource: ResourceTable;
  readonly placement: PlacementTable;
  readonly override: OverrideTable;
  readonly change: ChangeTable;
  readonly version: VersionTable;
  readonly standing: StandingTable;
  readonly lease: LeaseTable;
  readonly progress: ProgressTable;
  readonly effect: EffectTable;
  readonly release_event: ReleaseEventTable;
  readonly release_command: ReleaseCommandTable;
  readonly node: NodeTable;
  readonly receiver: ReceiverTable;
  readonly two_phase: TwoPhaseTable;
}

/** Names of the tables in the order a copy has to be made in; who is there just now is not copied. */
export const TABLES: readonly (keyof Tables)[] = [
  'environment',
  'resource',
  'placement',
  'override',
  'change',
  'version',
  'standing',
  'lease',
  'progress',
  'effect',
  'release_event',
  'release_command',
  'two_phase',
];

interface Keyed {
  readonly project: string;
  readonly environment: string;
}

/** The head of each environment; its row lock is what makes revision order commit order. */
interface EnvironmentTable {
  readonly project: string;
  readonly name: string;
  readonly lineage: string;
  readonly revision: number;
  readonly digest: string;
  /** Hash of the change that made the head. */
  readonly hash: string;
  readonly break_glass: string;
}

interface ResourceTable extends Keyed {
  readonly kind: string;
  readonly name: string;
  readonly origin: string;
  readonly generation: number;
  /** Canonical JSON of the document. */
  readonly body: string;
}

interface PlacementTable extends Keyed {
  readonly release: string;
  readonly version: number;
  readonly epoch: number;
  readonly fence: number;
  /** Canonical JSON of the placement. */
  readonly body: string;
}

interface OverrideTable extends Keyed {
  readonly id: string;
  readonly flag: string;
  readonly kind: string;
  readonly unit: string | null;
  readonly variant: string | null;
  readonly by: string;
  readonly why: string;
  readonly at: string;
  readonly until: number | null;
}

/** The log: only ever added to. */
interface ChangeTable extends Keyed {
  readonly revision: number;
  readonly lineage: string;
  /** Nanoseconds since 1970 as decimal text. */
  readonly at: string;
  readonly author: string;
  readonly why: string;
  readonly action: string;
  readonly origin: string | null;
  readonly from_digest: string | null;
  readonly to_digest: string;
  /** Canonical JSON, each of them. */
  readonly names: string;
  readonly diff: string;
  readonly writes: string;
  readonly facts: string;
  readonly previous: string | null;
  readonly hash: string;
  readonly signing_key: string;
  readonly signature: string;
}

/** Each row as each change left it, so that any revision can be read again. Only ever added to. */
interface VersionTable extends Keyed {
  readonly revision: number;
  readonly kind: string;
  readonly name: string;
  /** Canonical JSON of the row; null: deleted. */
  readonly body: string | null;
}

interface StandingTable extends Keyed {
  readonly origin: string;
  readonly digest: string;
  readonly revision: number;
  readonly at: number;
  readonly issues: string;
}

interface LeaseTable {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
  readonly expires: number;
}

interface ProgressTable extends Keyed {
  readonly release: string;
  readonly version: number;
  readonly fence: number;
  /** JSON of the machine's state, and of what its controller knows beside it. */
  readonly state: string;
  readonly facts: string;
}

/** Effects without a result. */
interface EffectTable extends Keyed {
  readonly key: string;
  readonly release: string;
  /** Order within the release. */
  readonly number: number;
  readonly asked_at: number;
  readonly body: string;
}

interface ReleaseEventTable extends Keyed {
  readonly release: string;
  readonly number: number;
  readonly at: number;
  readonly kind: string;
  readonly text: string;
  /** 0 or 1. */
  readonly alert: number;
  readonly evidence: string;
}

/** The inbox of commands; answered ones stay for a while for whoever asked. */
interface ReleaseCommandTable extends Keyed {
  readonly id: string;
  readonly release: string;
  readonly command: string;
  readonly by: string;
  readonly why: string;
  readonly at: number;
  /** When, in milliseconds since 1970 by the database's clock; 0 while it is open. */
  readonly answered: number;
  readonly refusal: string | null;
}

/** Processes on this database, each until it expires by the database's clock. */
interface NodeTable {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly expires: number;
}

/** Receivers as the process that heard them last told. */
interface ReceiverTable extends Keyed {
  readonly receiver: string;
  readonly class: string;
  readonly lineage: string;
  readonly revision: number;
  /** 1 where it cannot evaluate some flag. */
  readonly lacks: number;
  /** JSON of the acknowledgement. */
  readonly body: string;
  readonly node: string;
  /** 0 or 1. */
  readonly connected: number;
  /** When it was heard and when its lease runs out, by the database's clock. */
  readonly heard: number;
  readonly expires: number;
}

/** Two-phase changes, each as it was written last. */
interface TwoPhaseTable extends Keyed {
  readonly id: string;
  /** Order of asking, dense within the environment. */
  readonly number: number;
  readonly lineage: string;
  readonly phase: string;
  readonly version: number;
  readonly base: number;
  /** The revision it made; null before it is decided, and where it never was. */
  readonly revision: number | null;
  /** JSON, each of them. */
  readonly touches: string;
  readonly members: string;
  readonly joined: string;
  readonly staged: string;
  readonly asked: string;
  readonly why: string | null;
  readonly decided_at: number | null;
  readonly ended_at: number | null;
}
