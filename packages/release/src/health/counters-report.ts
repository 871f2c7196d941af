import type { CircuitReport } from './circuits.ts';

/** The parts of a gateway's report that a release reads; `Counters` of the protocol is one. */
export type CountersReport = {
  readonly source: string;
  readonly boot: string;
  readonly sequence: number;
  /** Rows hold everything counted in the boot, not only what changed since the last report. */
  readonly full: boolean;
  readonly limits: Readonly<Record<string, readonly number[]>>;
  readonly rows: readonly CountersReportRow[];
  readonly circuits?: readonly CircuitReport[];
};

export type CountersReportRow = {
  readonly flag: string;
  readonly rule: string | null;
  readonly release: string | null;
  readonly level: string | null;
  readonly arm: 'treatment' | 'control' | 'none';
  readonly epoch: number | null;
  readonly variant: string | null;
  readonly ahead?: {
    readonly level: string;
    readonly from: number;
    readonly below: number;
    readonly cut: number;
  };
  readonly bucket: number;
  readonly requests: number;
  readonly failures: number;
  readonly notPermitted?: number;
  readonly slow: readonly number[];
  readonly latencySum: number;
  readonly open: number;
  readonly units: number;
};

/** Tells rows of a boot apart but for their sub-bucket. */
export function rowKey(
  row: Pick<CountersReportRow, 'flag' | 'rule' | 'release' | 'level' | 'arm' | 'epoch' | 'variant' | 'ahead'>,
): string {
  const { flag, rule, release, level, arm, epoch, variant, ahead } = row;
  const place = ahead === undefined ? '' : `${ahead.level}|${ahead.from}|${ahead.below}|${ahead.cut}`;
  return `${release}|${level}|${arm}|${epoch}|${flag}|${rule}|${variant}|${place}`;
}
