/** One gate on the way to a decision: passed, or what stops here and why. */
export type Gate = {
    readonly gate: 'quality' | 'guardrails' | 'primary';
    readonly outcome: 'pass' | 'wait' | 'veto' | 'harm';
    /** One clause per check, with its numbers. */
    readonly findings: readonly string[];
};
