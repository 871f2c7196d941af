import type { ScreenSize, Terminal } from '../../terminal.ts';

/** Lines that are drawn over the lines drawn before. */
export interface Screen {
  /** Draws the first picture that fits, with long lines folded; of the last one, where none does, as much as fits. */
  draw(...pictures: readonly (readonly string[])[]): void;
  /** Leaves what is drawn where it is. */
  end(): void;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** What sets a colour; split by it, a line alternates between text and colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes that set colours begin with one
const COLOUR = /(\u001B\[\d+m)/;

/** Before each word. */
const WORD = /(?<=\s)(?=\S)/;
/** Where the lines below go on: after the last gap, or the bullet, near the beginning. */
const TEXT_BEGINS = /^.{0,24}(?: {2}|• )(?=\S)/u;

/** Draws on a terminal that people watch: only lines that changed are written; lines that do not fit are left out. */
export function createScreen(terminal: Terminal, size: () => ScreenSize): Screen {
  let drawn: readonly string[] = [];
  let width = 0;
  return {
    draw(...pictures) {
      const { columns, rows } = size();
      const folded = pictures.map((lines) => lines.flatMap((line) => fold(line, columns)));
      const fitting = (folded.find((lines) => lines.length < rows) ?? folded.at(-1) ?? [])
        .slice(0, rows - 1)
        .map((line) => cut(line, columns));
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

/** A line as lines that fit, broken between words; those below begin where the first one's text does. */
export function fold(line: string, columns: number): readonly string[] {
  const pieces = line.split(COLOUR);
  const plain = pieces.filter((piece) => !isColour(piece)).join('');
  if (plain.length < columns) return [line];
  const indent = ' '.repeat(Math.min(TEXT_BEGINS.exec(plain)?.[0].length ?? 0, columns / 2));
  const done: string[] = [];
  let current = '';
  let width = 0;
  for (const piece of pieces.flatMap((one) => (isColour(one) ? [one] : one.split(WORD)))) {
    if (isColour(piece)) {
      current += piece;
      continue;
    }
    if (width + piece.trimEnd().length >= columns && current.trim() !== '') {
      done.push(current.trimEnd());
      current = indent;
      width = indent.length;
    }
    current += piece;
    width += piece.length;
  }
  return [...done, current];
}

function isColour(piece: string): boolean {
  return piece.startsWith('\u001B');
}

/** The part of a line that fits, colours kept and closed. */
export function cut(line: string, columns: number): string {
  let room = columns - 1;
  return line
    .split(COLOUR)
    .map((piece) => {
      if (isColour(piece)) return piece;
      const fitting = [...piece].slice(0, Math.max(0, room));
      room -= fitting.length;
      return fitting.join('');
    })
    .join('');
}
