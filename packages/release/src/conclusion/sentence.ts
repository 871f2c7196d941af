import type { Decision } from './decision.ts';
import type { MetricEvidence } from './evidence.ts';
import type { Gate } from './gate.ts';
import type { PrimaryReading } from './primary-reading.ts';
import { counted, signed, size } from './wording.ts';

/** The decision in one plain sentence. */
export function sentenceOf(
  subject: string,
  decision: Decision,
  gates: readonly Gate[],
  reading: PrimaryReading | undefined,
  metric: MetricEvidence | undefined,
): string {
  const stopped = gates.find(({ outcome }) => outcome !== 'pass');
  const because = stopped?.findings.join('; ') ?? '';
  if (decision === 'veto') return `Do not use this result of ${subject}: ${because}.`;
  if (decision === 'wait') return `Wait with ${subject}: ${because}.`;
  if (decision === 'harm' && stopped?.gate === 'guardrails') return `Take ${subject} back: ${because}.`;
  if (reading === undefined || metric === undefined)
    return `Wait with ${subject}: no primary metric was measured.`;
  const { estimate, low, high } = reading.adjusted;
  const change = `${metric.name} changed by ${signed(estimate, metric.scale)} (${signed(low, metric.scale)} to ${signed(high, metric.scale)})`;
  const worth = size(reading.threshold, metric.scale);
  return {
    release: `Release ${subject}: ${change}, at least the ${worth} that are worth having.`,
    'dont-adopt': `Don't adopt ${subject}: ${change}, surely a gain but less than the ${worth} that are worth having.`,
    harm: `Take ${subject} back: ${change}, surely for the worse.`,
    anomaly: `Look into ${subject} before going on: ${change}, which would be worth having but may be chance.`,
    equivalent: `Don't adopt ${subject}: ${change}, no difference of ${worth} either way.`,
    underpowered: `Wait with ${subject}: ${change}; so few units see ${size(reading.detectable, metric.scale)} at best, and ${worth} need about ${counted(reading.unitsPerArmNeeded)} an arm.`,
    'go-on': `Go on with ${subject}: ${change}, neither sure nor large.`,
  }[decision];
}
