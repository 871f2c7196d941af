import { describe, expect, test } from 'vitest';
import { formatIssue } from './format-issue.ts';
import type { Issue } from './issue.ts';

const issue: Issue = {
  severity: 'error',
  code: 'UNKNOWN_KEY',
  file: 'a.yaml',
  line: 2,
  column: 3,
  length: 4,
  path: 'spec.serv',
  message: 'unknown key "serv"',
};
const lines = (text: string, changes: Partial<Issue> = {}) =>
  formatIssue({ ...issue, ...changes }, [{ path: 'a.yaml', text }]).split('\n');

describe('an issue as people read it', () => {
  test('marks the stretch meant, whatever stands before it', () => {
    expect(lines('one\n  serv: 1\n').slice(2, 5)).toEqual([
      '    1 | one',
      '  > 2 |   serv: 1',
      '      |   ^^^^',
    ]);
    expect(lines('\uFEFFone\r\n\t\tserv\r\n')[4]).toBe('      | \t\t^^^^');
  });

  test('shows a long line around the stretch', () => {
    const [, , , line = '', mark = ''] = lines(`x\n${' '.repeat(5000)}serv${'y'.repeat(5000)}`, {
      column: 5001,
    });
    expect(line.length).toBeLessThan(130);
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('serv');
  });

  test('prints neither passwords nor what moves the cursor', () => {
    const text = lines('http://me:secret@host\n\u001b[2J \u202Eserv\n').join('\n');
    for (const hidden of ['secret', '\u001b', '\u202E']) expect(text).not.toContain(hidden);
    expect(text).toContain('http://*********@host');
  });

  test('does without the file, the line and the resource', () => {
    const { length: _, ...bare } = issue;
    expect(formatIssue({ ...bare, file: '', line: 0, column: 0, path: '' }, [])).toBe(
      'error UNKNOWN_KEY\n  unknown key "serv"\n  see       docs/checks.md#unknown_key',
    );
    expect(formatIssue({ ...issue, line: 99 }, [{ path: 'a.yaml', text: 'one' }])).toContain('a.yaml:99:3');
  });
});
