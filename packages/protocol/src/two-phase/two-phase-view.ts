import { z } from 'zod';
import { type ApplyRequest, applyEnvelope, applyRequest, type WireDiff, wireDiff } from '../wire/change.ts';
import { issueSchema, type WireIssue } from '../wire/issue.ts';
import type { TwoPhasePhase } from './change.ts';

/** An apply that gateways and OFREP servers shall activate together. */
export interface TwoPhaseRequest extends ApplyRequest {
  /** Chosen by who asks; asking again with it answers what became of it. */
  readonly id: string;
  /** Milliseconds that receivers have to stage it. */
  readonly deadline?: number;
}

const own = {
  id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  deadline: z.int().min(100).max(300_000).exactOptional(),
};

export const twoPhaseRequest: z.ZodType<TwoPhaseRequest> = (applyRequest as unknown as z.ZodObject).extend(
  own,
) as unknown as z.ZodType<TwoPhaseRequest>;

/** The same without a look into the resources. */
export const twoPhaseEnvelope: z.ZodType<
  Omit<TwoPhaseRequest, 'resources'> & { readonly resources: readonly unknown[] }
> = (applyEnvelope as unknown as z.ZodObject).extend(own) as never;

/** Where a two-phase change stands. Times are milliseconds since 1970. */
export interface TwoPhaseView {
  readonly id: string;
  readonly phase: TwoPhasePhase;
  /** Counts the heads it was prepared on, from 1. */
  readonly version: number;
  /** The revision it is prepared on. */
  readonly base: number;
  /** The revision it is; null before it is decided. */
  readonly revision: number | null;
  /** Keys of what it writes. */
  readonly touches: readonly string[];
  /** Receivers that held a lease when it was asked for. */
  readonly members: readonly string[];
  /** How many members must have staged it to be decided. */
  readonly quorum: number;
  /** Receivers that earned a lease while it was prepared: waited for, without a vote. */
  readonly joined: readonly string[];
  /** Members that have staged it; of one that is decided or aborted, that had. */
  readonly staged: readonly string[];
  /** While committing: who may still serve the revision before, and for how many milliseconds at most. */
  readonly awaited: readonly { readonly receiver: string; readonly lease: number }[];
  /** Milliseconds that are left to stage it; 0 where it is not being prepared. */
  readonly remaining: number;
  /** Why it was aborted. */
  readonly aborted: string | null;
  readonly author: string;
  readonly why: string;
  readonly askedAt: number;
  readonly decidedAt: number | null;
  readonly endedAt: number | null;
}

export const twoPhaseView: z.ZodType<TwoPhaseView> = z.object({
  id: z.string(),
  phase: z.enum(['preparing', 'committing', 'committed', 'aborted']),
  version: z.int(),
  base: z.int(),
  revision: z.int().nullable(),
  touches: z.array(z.string()),
  members: z.array(z.string()),
  quorum: z.int(),
  joined: z.array(z.string()),
  staged: z.array(z.string()),
  awaited: z.array(z.object({ receiver: z.string(), lease: z.number() })),
  remaining: z.number(),
  aborted: z.string().nullable(),
  author: z.string(),
  why: z.string(),
  askedAt: z.number(),
  decidedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});

export interface TwoPhaseAnswer {
  /** False where the environment already is as asked: nothing was begun. */
  readonly changed: boolean;
  readonly diff: readonly WireDiff[];
  readonly issues: readonly WireIssue[];
  /** Receivers with a vote, as they are now. */
  readonly members: readonly string[];
  /** Null of a dry run, and where nothing is to change. */
  readonly change: TwoPhaseView | null;
}

export const twoPhaseAnswer: z.ZodType<TwoPhaseAnswer> = z.object({
  changed: z.boolean(),
  diff: z.array(wireDiff),
  issues: z.array(issueSchema),
  members: z.array(z.string()),
  change: twoPhaseView.nullable(),
});
