import { describe, expect, test } from 'vitest';
import { codes } from '../issue/codes.ts';
import { anchorOf, formatIssue } from '../issue/format-issue.ts';
import { markdownTable } from '../schema/markdown-table.suite.ts';
import { type Case, readCases } from './read-cases.suite.ts';

const cases = readCases();
const firstLines = (text: string, most: number) => {
  const lines = text.split('\n').map((line) => (line.length > 150 ? `${line.slice(0, 149)}…` : line));
  return lines.length > most ? [...lines.slice(0, most), '…'].join('\n') : lines.join('\n');
};

describe('the cases of bad text', () => {
  test('there is one for each code of the table', () => {
    expect(cases.map(({ code }) => code)).toEqual(Object.keys(codes));
  });

  test.each(cases)('$code is found, at a place, and nothing else is', ({ code, issues, files }) => {
    const others = code === 'TOO_MANY_ISSUES' ? ['MISSING_KEY', 'WRONG_LENGTH'] : [];
    const found = [...new Set(issues.map((issue) => issue.code))].filter((one) => !others.includes(one));
    expect(found, issues.map((issue) => formatIssue(issue, files)).join('\n\n')).toEqual([code]);
    if (code === 'SOURCES_TOO_LARGE') return;
    for (const { line, column, file } of issues) {
      const text = files.find(({ path }) => path === file)?.text.split('\n')[line - 1];
      expect(text?.length).toBeGreaterThanOrEqual(column - 1);
    }
  });

  test.each(cases)('$code says what was expected and what was found', ({ issues }) => {
    for (const { expected, found, message } of issues) {
      for (const fact of [expected, found]) {
        expect(fact, message).toMatch(/\S/);
        expect(fact, message).not.toContain('undefined');
      }
    }
  });

  test('docs/checks.md shows each code, why it is one, and what is printed', async () => {
    await expect(page(cases)).toMatchFileSnapshot('../../../../docs/checks.md');
  });
});

function page(all: readonly Case[]): string {
  const table = markdownTable(
    ['code', 'severity', 'message'],
    Object.entries(codes).map(([code, { severity, message }]) => [
      `[${code}](#${anchorOf(code)})`,
      severity,
      message,
    ]),
  );
  const sections = all.map(({ code, issues, files }) => {
    const issue = issues.find((one) => one.code === code);
    const shown = issue === undefined ? '' : firstLines(formatIssue(issue, files), 14);
    return `### ${code}\n\n${codes[code].about}\n\n\`\`\`text\n${shown.replaceAll('\0', '␀')}\n\`\`\`\n`;
  });
  return `<!-- Written by packages/declare/src/cases/cases.test.ts: change the table of codes or the cases, then run vitest with -u. -->
# What the checks say

\`ombre validate\`, every save under \`ombre up\` and every apply check all resources together. **Errors** keep a change from being applied, all of
it; **warnings** do not. Every issue names its file, line, column and the path within the resource, what was expected and what was found. Codes are stable: scripts may rely on them. In a
message, words in braces are filled in.

${table}

${sections.join('\n')}`;
}
