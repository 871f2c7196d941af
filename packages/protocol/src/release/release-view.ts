import type {
  Blast,
  FreezeCause,
  GuardEvidence,
  HealthVerdict,
  Phase,
  RollbackParts,
  RollbackRecord,
  SagaAction,
} from '@ombre/release';
import { z } from 'zod';
import { type Origin, origin } from '../wire/change.ts';
import { blast, freezeCause, guardEvidence, healthVerdict, phase, rollback } from './parts.ts';

/** One level of a ladder as people follow it. Shares are parts of 1, holds are durations as the author wrote them. */
export interface LadderLevel {
  readonly name: string;
  readonly when?: string;
  readonly share: number;
  readonly dwell: string;
  readonly steps?: readonly { readonly share: number; readonly dwell: string }[];
  readonly gate?: 'approval' | 'webhook';
  readonly reached: boolean;
  /** The share that is placed now; absent where it is not reached. */
  readonly current?: number;
  /** Taken back alone, while the climb went on. */
  readonly returned?: true;
}

/** Requests of one arm over the last seconds. */
export interface ArmTraffic {
  readonly requestsPerSecond: number;
  /** Failed over ended; null where nothing ended. */
  readonly errorRate: number | null;
}

/** How a release was taken back, with how long each part took, in ms. */
export type RollbackView = RollbackRecord & { readonly parts: RollbackParts; readonly sentence: string };

/** What a person has to write so that a completed release can be retired, where its flag belongs to files. */
export interface LandingEdit {
  /** `Flag/submit-service`, `Release/submit-v2`. */
  readonly resource: string;
  readonly sentence: string;
  /** Lines to remove and to write, as a unified diff of the resource's YAML. */
  readonly diff: string;
}

/** One line of a release's history. */
export interface ReleaseLogLine {
  /** 1, 2, 3 … within the release. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What people are told about (`started`, `level`, `frozen`, `rolled-back` …), `command`, or `late`. */
  readonly kind: string;
  readonly text: string;
  readonly alert?: boolean;
  readonly evidence?: readonly GuardEvidence[];
}

/** Where a release stands and why, for people. All times in ms, those of day since 1970. */
export interface ReleaseView {
  readonly name: string;
  readonly flag: string;
  readonly from: string;
  readonly to: string;
  readonly origin: Origin;
  readonly phase: Phase;
  /** Its author took it away; it goes when nobody is treated any more. */
  readonly deleting?: boolean;
  /** 1 for the first climb. */
  readonly attempt: number;
  readonly frozen?: { readonly causes: readonly FreezeCause[]; readonly from: Phase; readonly since: number };
  /** What keeps the process that answers from moving releases, since when: what is shown is what was written last. */
  readonly halted?: { readonly since: number; readonly why: string };
  /** The gate that must agree before the level is entered. */
  readonly waiting?: { readonly level: string; readonly gate: 'approval' | 'webhook' };
  /** The step around a level that is asked now, for what, and how often it was. */
  readonly step?: {
    readonly level: string;
    readonly name: string;
    readonly action: SagaAction;
    readonly tries: number;
  };
  readonly ladder: readonly LadderLevel[];
  /** The step it holds or goes to; `remaining` is what is left of the hold while health is good. */
  readonly at?: {
    readonly level: string;
    readonly share: number;
    readonly held: number;
    readonly dwell: number;
    readonly longest: number;
    readonly remaining: number;
  };
  /** While it is watched after its last level. */
  readonly watch?: { readonly held: number; readonly dwell: number; readonly remaining: number };
  /** Moves so far, and the revision that brought the last; -1 before the first. */
  readonly epoch: number;
  readonly revision: number;
  readonly health: { readonly verdict: HealthVerdict; readonly evidence: readonly GuardEvidence[] };
  /** Processes that serve it, and how many of them have the last move. */
  readonly receivers: { readonly live: number; readonly activated: number };
  readonly traffic: { readonly treatment: ArmTraffic; readonly control: ArmTraffic };
  readonly rollback?: RollbackView;
  readonly blast?: Blast;
  /** What to edit before it can be retired. */
  readonly landing?: readonly LandingEdit[];
  /** The newest last. */
  readonly events: readonly ReleaseLogLine[];
  /** Grows with everything that is written of it. */
  readonly version: number;
}

const share = z.number().min(0).max(1);
const ms = z.number().min(0);

const ladderLevel: z.ZodType<LadderLevel> = z.object({
  name: z.string(),
  when: z.string().exactOptional(),
  share,
  dwell: z.string(),
  steps: z.array(z.object({ share, dwell: z.string() })).exactOptional(),
  gate: z.enum(['approval', 'webhook']).exactOptional(),
  reached: z.boolean(),
  current: share.exactOptional(),
  returned: z.literal(true).exactOptional(),
});

const armTraffic: z.ZodType<ArmTraffic> = z.object({
  requestsPerSecond: z.number().min(0),
  errorRate: share.nullable(),
});

export const releaseLogLine: z.ZodType<ReleaseLogLine> = z.object({
  number: z.int().min(1),
  at: z.number(),
  kind: z.string(),
  text: z.string(),
  alert: z.boolean().exactOptional(),
  evidence: z.array(guardEvidence).exactOptional(),
});

const counted = z.int().min(0);

export const releaseView: z.ZodType<ReleaseView> = z.object({
  name: z.string(),
  flag: z.string(),
  from: z.string(),
  to: z.string(),
  origin,
  phase,
  deleting: z.boolean().exactOptional(),
  attempt: z.int().min(1),
  frozen: z.object({ causes: z.array(freezeCause), from: phase, since: z.number() }).exactOptional(),
  halted: z.object({ since: z.number(), why: z.string() }).exactOptional(),
  waiting: z.object({ level: z.string(), gate: z.enum(['approval', 'webhook']) }).exactOptional(),
  step: z
    .object({
      level: z.string(),
      name: z.string(),
      action: z.enum(['do', 'undo', 'try', 'confirm', 'cancel']),
      tries: z.int(),
    })
    .exactOptional(),
  ladder: z.array(ladderLevel),
  at: z.object({ level: z.string(), share, held: ms, dwell: ms, longest: ms, remaining: ms }).exactOptional(),
  watch: z.object({ held: ms, dwell: ms, remaining: ms }).exactOptional(),
  epoch: counted,
  revision: z.int(),
  health: z.object({ verdict: healthVerdict, evidence: z.array(guardEvidence) }),
  receivers: z.object({ live: counted, activated: counted }),
  traffic: z.object({ treatment: armTraffic, control: armTraffic }),
  rollback: rollback.exactOptional(),
  blast: blast.exactOptional(),
  landing: z
    .array(z.object({ resource: z.string(), sentence: z.string(), diff: z.string() }))
    .exactOptional(),
  events: z.array(releaseLogLine),
  version: counted,
});
