import type { SeenCircuit } from './circuits.ts';
import type { CountersReport } from './counters-report.ts';
import type { Tally } from './tally.ts';
/** Sums the reports of gateways, in memory: after a restart it asks each of them for a full report. */
export type Ledger = {
    /** Takes a report; `resend`: the next one must be full. A report seen before changes nothing. */
    take(report: CountersReport, now: number): {
        readonly resend: boolean;
    };
    /** A gateway that is gone (its lease ran out): its counts stay, its silence is no longer waited for. */
    leave(source: string): void;
    /** What was counted for a release at an epoch, and for the whole climb. */
    tally(release: string, epoch: number, now: number): Tally;
    /** How circuits stand at the gateways that are heard. */
    circuits(now: number): readonly SeenCircuit[];
    /** Forgets a release that is over. */
    drop(release: string): void;
};
/** An empty ledger. */
export declare function createLedger(): Ledger;
