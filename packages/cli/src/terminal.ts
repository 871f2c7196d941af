export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where a command writes and what it may know of its surroundings; tests pass their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether a person is at the other end, who can be asked. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** Size of the screen a person watches; undefined where output goes elsewhere, so that nothing is drawn over. */
  readonly size?: (() => ScreenSize) | undefined;
  ask(question: string): Promise<string>;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

/** The text in a colour, where the terminal shows colours. */
export function paint(terminal: Terminal, colour: keyof typeof codes, text: string): string {
  return terminal.colour ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text;
}

/** `1 flag`, `2 flags`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
