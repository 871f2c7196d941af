import { type Evidence } from './evidence.ts';
import type { Gate } from './gate.ts';
import { type PrimaryReading } from './primary-reading.ts';
import type { ConclusionRules } from './rules.ts';
/**
 * What to do. `veto`: the data cannot be trusted; `wait`: too few units or days, or a guardrail still open; `harm`: take back;
 * `release`; `dont-adopt`: sure but too small; `equivalent`: surely no difference that matters; `anomaly`: large but not
 * sure, alert; `underpowered`: could not have seen the threshold; `go-on`: neither sure nor large.
 */
export type Decision = 'veto' | 'wait' | 'harm' | 'release' | 'dont-adopt' | 'equivalent' | 'anomaly' | 'underpowered' | 'go-on';
/** A conclusion with everything it rests on: `replay` gives the same one again, to the bit. Plain data. */
export type Verdict = {
    readonly format: 'ombre.verdict/1';
    readonly rules: ConclusionRules;
    readonly evidence: Evidence;
    readonly gates: readonly Gate[];
    readonly primaries: readonly PrimaryReading[];
    readonly decision: Decision;
    /** Somebody should look now. */
    readonly alert: boolean;
    /** The whole interval of every released metric lies above its threshold. */
    readonly confidentlyAbove: boolean;
    readonly sentence: string;
    /** What the rule does that a reader may not expect. */
    readonly notes: readonly string[];
};
/**
 * Concludes: data quality, then guardrails, then the primary metrics as a family, then their size. A gate that does not
 * pass decides; the readings of the primary metrics are recorded all the same.
 */
export declare function conclude(evidence: Evidence, rules: ConclusionRules): Verdict;
