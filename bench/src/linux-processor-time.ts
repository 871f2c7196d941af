import { readdirSync, readFileSync } from 'node:fs';

/** A tick of Linux's processor accounting, in seconds (`USER_HZ` is 100 on every architecture that Node runs on). */
const TICK = 0.01;

/** Seconds of processor time that a process and its children have spent, from Linux's `/proc`. */
export function processorTime(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const [id, parent, user, system] = readStat(name) ?? [];
    if (id === pid || parent === pid) ticks += (user ?? 0) + (system ?? 0);
  }
  return ticks * TICK;
}

/** Processor time of the whole machine since it started, in ticks, from Linux's `/proc`. */
export interface MachineTime {
  readonly all: number;
  /** What a virtual machine's host gave to others meanwhile (Linux calls it steal). */
  readonly taken: number;
}

export function machineTime(): MachineTime {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // The last two columns, time spent on guests, are already counted within the first two.
  const ticks = first.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), taken: ticks[7] ?? 0 };
}

/** Process id, parent's id, ticks in user mode, ticks in the kernel; undefined where the process ended meanwhile. */
function readStat(name: string): readonly [number, number, number, number] | undefined {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The program's name, in parentheses, may itself hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [Number(name), Number(fields[1]), Number(fields[11]), Number(fields[12])];
  } catch {
    return undefined;
  }
}
