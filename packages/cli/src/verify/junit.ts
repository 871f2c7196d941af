import type { Check } from './checks.ts';

/** One scenario as a continuous-integration server lists it. */
export interface Case {
  readonly name: string;
  /** Milliseconds. */
  readonly took: number;
  readonly checks: readonly Check[];
  /** It could not be played. */
  readonly error?: string;
  /** What was said of it, for its output. */
  readonly said: string;
}

/** A report in the XML that JUnit's Ant task wrote first and every server reads. */
export function junit(suite: string, cases: readonly Case[]): string {
  const failures = cases.filter(
    ({ error, checks }) => error === undefined && checks.some(({ ok }) => !ok),
  ).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const took = cases.reduce((sum, one) => sum + one.took, 0);
  const lines = cases.flatMap(({ name, took: own, checks, error, said }) => [
    `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="${inSeconds(own)}">`,
    ...(error === undefined ? [] : [`      <error message="${escapeXml(error)}"/>`]),
    ...checks
      .filter(({ ok }) => !ok)
      .map(
        ({ name: what, expected, found }) =>
          `      <failure message="${escapeXml(`${what}: expected ${expected}, found ${found}`)}"/>`,
      ),
    `      <system-out>${escapeXml(said)}</system-out>`,
    '    </testcase>',
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${escapeXml(suite)}" tests="${cases.length}" failures="${failures}" errors="${errors}" time="${inSeconds(took)}">
${lines.join('\n')}
  </testsuite>
</testsuites>
`;
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no other control characters than tab and the ends of lines. */
function escapeXml(text: string): string {
  return (
    text
      .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to drop
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
  );
}
