import type { ReleaseEvent } from './event.ts';
import { type Turn } from './turn.ts';
/** Asks a round when one is due. A round not answered within two periods is closed: what is missing is unknown. */
export declare function askProbes(turn: Turn, elapsed: number): Turn;
/** Takes the answer of a probe; the last of a round closes it. */
export declare function answerProbe(turn: Turn, { key, result, detail }: ReleaseEvent & {
    kind: 'result';
}): Turn;
/** True while the probes have told nothing for as many rounds as would decide. */
export declare function probesSilent(turn: Turn): boolean;
