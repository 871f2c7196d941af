import { adjustPValues } from '@ombre/judge';
import type { Decision } from './decision.ts';
import { adjustedOf, type Evidence, type MetricEvidence } from './evidence.ts';
import type { Gate } from './gate.ts';
import { guardrailGate } from './guardrail-gate.ts';
import { type PrimaryReading, readPrimary } from './primary-reading.ts';
import { qualityGate } from './quality-gate.ts';
import type { ConclusionRules } from './rules.ts';
import { sentenceOf } from './sentence.ts';

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
export function conclude(evidence: Evidence, rules: ConclusionRules): Verdict {
  const metrics = evidence.metrics.filter(({ role }) => role === 'primary');
  const primaries = readFamily(metrics, evidence, rules);
  const gates = [qualityGate(evidence.quality, rules), guardrailGate(evidence.metrics)];
  const leading = leadingReading(primaries);
  const { treatment, control } = evidence.quality.units;
  const enoughUnits = Math.min(treatment, control) >= rules.minimumUnitsPerArm;
  const decision = decisionOf(gates, leading, enoughUnits);
  const metric = metrics.find(({ name }) => name === leading?.metric);
  const released = primaries.filter(({ cell }) => cell === 'release');
  return {
    format: 'ombre.verdict/1',
    rules,
    evidence,
    gates: [...gates, primaryGate(leading)],
    primaries,
    decision,
    alert: decision === 'anomaly' || decision === 'veto' || decision === 'harm',
    confidentlyAbove:
      released.length > 0 && released.every(({ interval }) => interval === 'confidently-above'),
    sentence: sentenceOf(evidence.subject, decision, gates, leading, metric),
    notes: decision === 'release' ? [HALF] : [],
  };
}

const HALF =
  'A point estimate above the threshold is asked for, not certainty: this rule releases half of the changes whose true effect equals the threshold. "Confidently above" is the stricter answer.';

function readFamily(
  metrics: readonly MetricEvidence[],
  evidence: Evidence,
  rules: ConclusionRules,
): readonly PrimaryReading[] {
  const p = metrics.map((metric) => adjustedOf(metric).p);
  const family = rules.multiplicity === 'none' ? undefined : adjustPValues(p, rules.multiplicity);
  if (family?.refused) throw new Error(`evidence with an impossible p-value: ${family.missing}`);
  const unitsPerArm = Math.min(evidence.quality.units.treatment, evidence.quality.units.control);
  return metrics.map((metric, i) => readPrimary(metric, (family?.adjusted ?? p)[i] ?? 1, unitsPerArm, rules));
}

/** Harm in any primary metric leads; then what would be released; then the strongest of the rest. */
function leadingReading(primaries: readonly PrimaryReading[]): PrimaryReading | undefined {
  const order = ['harm', 'release', 'anomaly', 'dont-adopt', 'go-on'] as const;
  for (const cell of order) {
    const found = primaries.filter((reading) => reading.cell === cell);
    if (found.length > 0) return found.reduce((best, one) => (one.familyP < best.familyP ? one : best));
  }
  return undefined;
}

function decisionOf(
  gates: readonly Gate[],
  leading: PrimaryReading | undefined,
  enoughUnits: boolean,
): Decision {
  const quality = gates[0]?.outcome ?? 'pass';
  if (quality === 'veto') return 'veto';
  const guardrails = gates[1]?.outcome ?? 'pass';
  // Harm waits for units, without which no p-value holds, but not for days: what is surely bad is taken back now.
  if (!enoughUnits) return 'wait';
  if (guardrails === 'harm' || leading?.cell === 'harm') return 'harm';
  if (quality === 'wait' || guardrails === 'wait' || leading === undefined) return 'wait';
  if (leading.cell !== 'go-on') return leading.cell;
  if (leading.interval === 'equivalent') return 'equivalent';
  return leading.detectable > leading.threshold ? 'underpowered' : 'go-on';
}

function primaryGate(leading: PrimaryReading | undefined): Gate {
  if (leading === undefined)
    return { gate: 'primary', outcome: 'wait', findings: ['no primary metric was measured'] };
  const { metric, familyP, adjusted, threshold, cell } = leading;
  const finding = `${metric}: p = ${familyP}, estimate ${adjusted.estimate}, threshold ${threshold}: ${cell}`;
  const outcome = cell === 'release' ? 'pass' : cell === 'harm' ? 'harm' : 'wait';
  return { gate: 'primary', outcome, findings: [finding] };
}
