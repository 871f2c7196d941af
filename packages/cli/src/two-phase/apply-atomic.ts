import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, ApplyRequest, TwoPhaseAnswer, TwoPhaseRequest, TwoPhaseView } from '@ombre/protocol';
import { type Connection, expectValue } from '../connection.ts';
import { CommandEnd, exits } from '../exit.ts';
import type { Shell } from '../shell.ts';
import { endLine, progressLine } from './wording.ts';

/** Between two looks at where it stands, in milliseconds. */
const LOOK = 200;
/** A control plane that is away for longer than this is given up on, in milliseconds. */
const PATIENCE = 60_000;

/** Asks what would have to activate a change together, and changes nothing. */
export async function dryRunAtomic(connection: Connection, request: ApplyRequest): Promise<TwoPhaseAnswer> {
  const asked = { ...request, id: randomUUID(), dryRun: true };
  return expectValue(await connection.client.twoPhase(asked), connection);
}

/**
 * Asks for a two-phase change and follows it to its end, also over a restart of the control plane. Answers undefined where the
 * environment already is as asked. Throws CommandEnd where it is refused or aborted.
 */
export async function applyAtomic(
  shell: Shell,
  connection: Connection,
  request: ApplyRequest,
  deadline: number | undefined,
): Promise<TwoPhaseView | undefined> {
  const asked = { ...request, id: randomUUID(), ...(deadline === undefined ? {} : { deadline }) };
  const begun = await begin(shell, connection, asked);
  if (begun === undefined) return undefined;
  let view = begun;
  let said = '';
  while (view.phase === 'preparing' || view.phase === 'committing') {
    const line = progressLine(view).replace(/, [\d.]+ s at most$/, '');
    if (line !== said) shell.terminal.err(`${progressLine(view)}\n`);
    said = line;
    await wait(LOOK);
    view = expectValue(await answered(shell, () => connection.client.twoPhaseChange(asked.id)), connection);
  }
  if (view.phase === 'aborted') throw new CommandEnd(exits.no, endLine(view), view);
  return view;
}

/** Repeats what is refused only for a while: the same id never makes a second change. */
async function begin(
  shell: Shell,
  connection: Connection,
  asked: TwoPhaseRequest,
): Promise<TwoPhaseView | undefined> {
  for (let said = false; ; said = true) {
    const answer = await answered(shell, () => connection.client.twoPhase(asked));
    if (answer.ok) return answer.value.change ?? undefined;
    if (answer.failure.code !== 'TWO_PHASE_EARLY') expectValue(answer, connection);
    if (!said) shell.terminal.err(`waiting: ${answer.failure.message.replace(/ Nothing was begun.*/, '')}\n`);
    await wait(1_000);
  }
}

/** What was begun goes on without this command: an answer that does not come is asked for again. */
async function answered<T>(shell: Shell, ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const began = Date.now();
  for (let said = false; ; said = true) {
    const answer = await ask();
    const away = !answer.ok && (answer.status === 0 || answer.failure.code === 'UNAVAILABLE');
    if (!away || Date.now() - began > PATIENCE) return answer;
    if (!said) shell.terminal.err('the control plane does not answer; it goes on when it is back\n');
    await wait(LOOK);
  }
}
