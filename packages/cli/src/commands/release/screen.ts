import type { ScreenSize, Terminal } from '../../terminal.ts';

/** Lines that are drawn over the lines drawn before. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves what is drawn where it is. */
  end(): void;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** What sets a colour; split by it, a line alternates between text and colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes that set colours begin with one
const COLOUR = /(\u001B\[\d+m)/;

/** Draws on a terminal that people watch: only lines that changed are written, each cut at the edge; lines that do not fit are left out. */
export function createScreen(terminal: Terminal, size: () => ScreenSize): Screen {
  let drawn: readonly string[] = [];
  let width = 0;
  return {
    draw(lines) {
      const { columns, rows } = size();
      const fitting = lines.slice(0, rows - 1).map((line) => cut(line, columns));
      // After the window was resized nobody knows where earlier lines went: go on below them.
      if (columns !== width) drawn = [];
      width = columns;
      let text = drawn.length === 0 ? HIDE_CURSOR : `\u001B[${drawn.length}F`;
      fitting.forEach((line, index) => {
        text += line === drawn[index] ? '\n' : `\u001B[2K${line}\n`;
      });
      if (fitting.length < drawn.length) text += '\u001B[0J';
      terminal.out(text);
      drawn = fitting;
    },
    end() {
      if (width > 0) terminal.out(SHOW_CURSOR);
    },
  };
}

/** The part of a line that fits, colours kept and closed. */
export function cut(line: string, columns: number): string {
  let room = columns - 1;
  return line
    .split(COLOUR)
    .map((piece) => {
      if (piece.startsWith('\u001B')) return piece;
      const fitting = [...piece].slice(0, Math.max(0, room));
      room -= fitting.length;
      return fitting.join('');
    })
    .join('');
}
