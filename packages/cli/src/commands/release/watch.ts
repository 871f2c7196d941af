import { parseDuration } from '@ombre/decide';
import type { ReleaseLogLine, ReleaseView } from '@ombre/protocol';
import type { Command } from 'commander';
import { expectValue } from '../../connection.ts';
import { CommandEnd, exits } from '../../exit.ts';
import type { Shell } from '../../shell.ts';
import { paint, type ScreenSize } from '../../terminal.ts';
import { followRelease } from './follow.ts';
import { createScreen } from './screen.ts';
import { ENDS, parseUntil, verdictOf } from './until.ts';
import { armText, logLines, stateOf, viewLines } from './view-lines.ts';
import { duration } from './wording.ts';

interface Options {
  readonly until?: string;
  readonly timeout?: string;
  readonly plain?: boolean;
}

/** How a watched release is shown. */
interface Display {
  view(view: ReleaseView): void;
  log(line: ReleaseLogLine): void;
  lost(why: string): void;
  end(): void;
}

/** Lines of the log under a view that is drawn again and again: fewer where more do not fit. */
const DRAWN_EVENTS = 6;
/** Where lines are printed one below the other, a state is said again after so long, in ms. */
const SAY_AGAIN = 10_000;

/** `ombre release watch`: a release as it goes, live in a terminal, line by line elsewhere, JSON lines for programs. */
export function addWatch(release: Command, shell: Shell): void {
  release
    .command('watch')
    .argument('<release>')
    .description('follow a release as it goes, live')
    .option('--until <phases>', 'end when it is in one of these phases, such as completed,rolled-back')
    .option('--timeout <duration>', 'end after this long, such as 30m')
    .option('--plain', 'print lines one below the other, in a terminal too')
    .addHelpText(
      'after',
      '\nWith --until it ends with 0 in one of the phases, with 1 once none of them can come any more (the release ended otherwise),\nwith 6 after --timeout or when it is interrupted. With --json it prints one object a line: {"view": …} or {"log": …}.\n\nExamples:\n  $ ombre release watch submit-v2\n  $ ombre release watch submit-v2 --until completed --timeout 2h || echo "not released"\n  $ ombre release watch submit-v2 --json --until rolled-back | jq -r .log.text',
    )
    .action(shell.action((name: string, options: Options) => watch(shell, name, options)));
}

async function watch(shell: Shell, name: string, options: Options): Promise<void> {
  const wanted = options.until === undefined ? [] : parseUntil(options.until);
  const timeout = milliseconds(options.timeout);
  const connection = shell.connect();
  // Asked once by the ordinary way, so that a wrong name or address is told as everywhere.
  const first = expectValue(await connection.client.release(name), connection);
  const stop = new AbortController();
  let cut: string | undefined;
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => {
          cut = ` after ${options.timeout ?? ''}`;
          stop.abort();
        }, timeout);
  const interrupt = (): void => {
    // Whoever only looks on is done; a script that waits must not take this for the end it waits for.
    if (wanted.length > 0) cut = '; watching was interrupted';
    stop.abort();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const display = displayFor(shell, options.plain === true);
  let view = first;
  try {
    display.view(first);
    if (verdictOf(first, wanted) === undefined) {
      for await (const said of followRelease(connection, name, stop.signal)) {
        if (said.log !== undefined) display.log(said.log);
        else if (said.lost !== undefined) display.lost(said.lost);
        else {
          view = said.view;
          display.view(view);
          if (verdictOf(view, wanted) !== undefined) break;
        }
      }
    }
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    stop.abort();
    display.end();
  }
  if (cut !== undefined) throw new CommandEnd(exits.late, `${name} is still ${view.phase}${cut}`, view);
  if (verdictOf(view, wanted) === 'in vain')
    throw new CommandEnd(exits.no, `${name} ended ${view.phase}`, view);
}

function displayFor(shell: Shell, plain: boolean): Display {
  if (shell.json()) return jsonLines(shell);
  const { size } = shell.terminal;
  return size === undefined || plain ? plainLines(shell) : liveView(shell, size);
}

function jsonLines({ terminal }: Shell): Display {
  const print = (value: unknown): void => terminal.out(`${JSON.stringify(value)}\n`);
  return { view: (view) => print({ view }), log: (log) => print({ log }), lost: () => {}, end() {} };
}

function liveView({ terminal }: Shell, size: () => ScreenSize): Display {
  const screen = createScreen(terminal, size);
  let last: ReleaseView | undefined;
  let lost: string | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    const view = last;
    const gone = lost === undefined ? [] : [paint(terminal, 'yellow', `no answer (${lost}); asking again`)];
    const picture = (events: number) => [...viewLines(terminal, view, Date.now(), events), ...gone];
    screen.draw(...Array.from({ length: DRAWN_EVENTS + 1 }, (_, less) => picture(DRAWN_EVENTS - less)));
  };
  return {
    view(view) {
      last = view;
      lost = undefined;
      draw();
    },
    log: () => {},
    lost(why) {
      lost = why;
      draw();
    },
    end: () => screen.end(),
  };
}

/** Each line of the log once, and the state where it changes or was not said for a while. */
function plainLines({ terminal }: Shell): Display {
  let printed = 0;
  let state = '';
  let said = 0;
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  };
  const log = (lines: readonly ReleaseLogLine[]): void => {
    const fresh = lines.filter(({ number }) => number > printed);
    print(logLines(terminal, fresh, Date.now()));
    printed = Math.max(printed, ...fresh.map(({ number }) => number));
  };
  return {
    view(view) {
      log(printed === 0 ? view.events.slice(-DRAWN_EVENTS) : view.events);
      const now = Date.now();
      const { phase, at, health } = view;
      const present = `${phase} ${at?.level} ${at?.share} ${health.verdict}`;
      // The log has just said where it goes, and how it ended.
      const told = printed > 0 && (phase === 'climbing' || ENDS.includes(phase));
      if ((present === state || told) && now - said < SAY_AGAIN) return;
      state = present;
      said = now;
      print([stateLine(view, now)]);
    },
    log: (line) => log([line]),
    lost: (why) => terminal.err(`no answer (${why}); asking again\n`),
    end() {},
  };
}

function stateLine(view: ReleaseView, now: number): string {
  const { at, health, traffic, to, watch: watched } = view;
  const hold = view.phase === 'watching' ? watched : ENDS.includes(view.phase) ? undefined : at;
  const held = hold === undefined ? [] : [`held ${duration(hold.held)} of ${duration(hold.dwell)}`];
  const judged = hold === undefined ? [] : [`health ${health.verdict}`];
  return [
    `          ${stateOf(view, now)}`,
    ...held,
    ...judged,
    `${to} ${armText(traffic.treatment)}`,
    `control ${armText(traffic.control)}`,
  ].join('; ');
}

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value === undefined || value <= 0)
    throw new CommandEnd(exits.usage, `--timeout takes a duration such as 90s or 2h, not "${text}"`);
  return value;
}
