import { describe, expect, test } from 'vitest';
import { createScreen, cut, fold } from './screen.ts';
import { fakeTerminal } from './views.suite.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is tested
const PIECE = /\u001B\[\??\d*[A-Za-z]|\n|[^\u001B\n]+/g;

/** What a terminal of so many columns would show: enough of ECMA-48 for what the screen writes. */
function shown(text: string): readonly string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === '\n') {
      row++;
      column = 0;
      rows[row] ??= '';
    } else if (piece.startsWith('\u001B')) {
      if (piece.endsWith('F')) row -= Number.parseInt(piece.slice(2), 10);
      else if (piece.endsWith('K')) rows[row] = '';
      else if (piece.endsWith('J')) rows.splice(row, rows.length, '');
    } else {
      rows[row] = (rows[row] ?? '').slice(0, column) + piece;
      column += piece.length;
    }
  }
  return rows;
}

describe('a screen', () => {
  test('shows the last lines drawn, whatever was drawn before', () => {
    const terminal = fakeTerminal();
    const screen = createScreen(terminal, () => ({ columns: 80, rows: 5 }));
    const pictures = [['a', 'b', 'c'], ['a', 'x', 'c', 'd'], ['a'], ['e', 'f']];
    for (const picture of pictures) {
      screen.draw(picture);
      expect(shown(terminal.said()).filter((line) => line !== '')).toEqual(picture);
    }
  });

  test('leaves out what does not fit, so that it can still draw over the rest', () => {
    const terminal = fakeTerminal();
    const screen = createScreen(terminal, () => ({ columns: 80, rows: 3 }));
    screen.draw(['a', 'b', 'c', 'd']);
    screen.draw(['a', 'x', 'c', 'd']);
    expect(shown(terminal.said()).filter((line) => line !== '')).toEqual(['a', 'x']);
  });

  test('writes only what changed', () => {
    const terminal = fakeTerminal();
    const screen = createScreen(terminal, () => ({ columns: 80, rows: 5 }));
    screen.draw(['a long line that stays', 'b']);
    const before = terminal.said().length;
    screen.draw(['a long line that stays', 'c']);
    expect(terminal.said().slice(before)).not.toContain('stays');
    expect(terminal.said().slice(before)).toContain('c');
  });

  test('draws the first picture that fits', () => {
    const terminal = fakeTerminal();
    const screen = createScreen(terminal, () => ({ columns: 80, rows: 4 }));
    screen.draw(['a', 'b', 'c', 'd'], ['a', 'b', 'c'], ['a']);
    expect(shown(terminal.said()).filter((line) => line !== '')).toEqual(['a', 'b', 'c']);
  });

  test('folds a long line between words, under where its text begins', () => {
    expect(
      fold('     \u001B[32m•\u001B[0m errorRate: 0 % of 498 requests failed, surely below 5 %', 40),
    ).toEqual([
      '     \u001B[32m•\u001B[0m errorRate: 0 % of 498 requests',
      '       failed, surely below 5 %',
    ]);
    expect(fold('22:01:35  level         Goes to level full at 100 % of all.', 50)).toEqual([
      '22:01:35  level         Goes to level full at 100',
      '                        % of all.',
    ]);
    expect(fold('short', 40)).toEqual(['short']);
  });

  test('cuts a line at the edge and keeps its colours closed', () => {
    expect(cut('\u001B[31mabcdef\u001B[0m', 4)).toBe('\u001B[31mabc\u001B[0m');
  });

  test('shows the cursor again at its end', () => {
    const terminal = fakeTerminal();
    const screen = createScreen(terminal, () => ({ columns: 80, rows: 5 }));
    screen.draw(['a']);
    screen.end();
    expect(terminal.said().lastIndexOf('\u001B[?25h')).toBeGreaterThan(
      terminal.said().lastIndexOf('\u001B[?25l'),
    );
  });
});
