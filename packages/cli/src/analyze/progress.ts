import type { Database } from './database.ts';

/** Tells a waiting person how far long work has come: rewriting one line on a terminal, a line every ten seconds elsewhere. */
export interface Progress {
  /** Runs one phase under a name. */
  during<Result>(phase: string, work: () => Promise<Result>): Promise<Result>;
  /** Announces work that leaves no time to count. */
  say(text: string): void;
  /** Clears the line. */
  done(): void;
}

/** `database` gives percent where DuckDB knows it. `write` gets text for standard error. */
export function startProgress(
  database: Database,
  write: (text: string) => void,
  terminal: boolean,
): Progress {
  let shown = false;
  const clear = () => {
    if (shown && terminal) write('\r\u001b[K');
    shown = false;
  };
  return {
    async during(phase, work) {
      const started = performance.now();
      let lastLine = 0;
      const timer = setInterval(() => {
        const seconds = (performance.now() - started) / 1000;
        if (seconds < 1) return;
        const percent = database.progress();
        const text = `${phase} … ${percent > 0 ? `${percent.toFixed(0)} %, ` : ''}${seconds.toFixed(0)} s`;
        if (terminal) {
          write(`\r\u001b[K${text}`);
          shown = true;
        } else if (seconds - lastLine >= 10) {
          write(`${text}\n`);
          lastLine = seconds;
        }
      }, 250);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        clear();
      }
    },
    say(text) {
      write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
      shown = true;
    },
    done: clear,
  };
}
