import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { exits } from './exit.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

function fakeTerminal(): Terminal & { said: string } {
  const terminal = {
    said: '',
    out: (text: string): void => {
      terminal.said += text;
    },
    err: (text: string): void => {
      terminal.said += text;
    },
    env: {},
    cwd: '/',
    interactive: false,
    colour: false,
    ask: (): Promise<string> => Promise.reject(new Error('nobody is here')),
  };
  return terminal;
}

const meanings: Readonly<Record<keyof typeof exits, string>> = {
  ok: 'done, or nothing to do',
  no: 'the answer is no: invalid resources, a refused change, a log that does not hold, differences asked for with --exit-code',
  usage: 'the command line is wrong, or it would do something that needs a yes (`--yes`)',
  unreachable: 'no control plane answers',
  denied: 'the token is missing or may not do that',
  conflict: 'something moved since it was read: look again and repeat',
  late: 'what was waited for did not come: the time given by `--timeout` ran out, or waiting was interrupted',
};

/** The reference of the command line, made from the program itself. */
function reference(program: Command): string {
  const section = (command: Command, title: string): string =>
    `## ${title}\n\`\`\`\n${command.helpInformation().trim()}\n\`\`\`\n`;
  const codes = Object.entries(exits).map(
    ([name, code]) => `| ${code} | ${meanings[name as keyof typeof exits]} |`,
  );
  return [
    '# The command line',
    'Made from the program by `cli/src/program.test.ts`. Every command takes the options of `ombre` and, where it lists something, `--json`.',
    '',
    '## What a command ends with',
    '| code | meaning |',
    '|---|---|',
    ...codes,
    '',
    section(program, 'ombre'),
    ...everyCommand(program).map(([name, command]) => section(command, name)),
  ].join('\n');
}

/** All commands with their full names, groups before what they hold. */
function everyCommand(parent: Command, prefix = 'ombre'): readonly (readonly [string, Command])[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix} ${command.name()}`;
    return [[name, command] as const, ...everyCommand(command, name)];
  });
}

describe('the command line', () => {
  test('is documented as it is', async () => {
    process.env.COLUMNS = '120';
    const program = createProgram(fakeTerminal(), '0.0.0').configureHelp({ helpWidth: 120 });
    for (const [, command] of everyCommand(program)) command.configureHelp({ helpWidth: 120 });
    await expect(reference(program)).toMatchFileSnapshot('../../../docs/cli.md');
  });

  test('tells every command’s purpose, and each option’s', () => {
    for (const [name, command] of everyCommand(createProgram(fakeTerminal(), '0.0.0'))) {
      expect(command.description(), name).not.toBe('');
      for (const option of command.options)
        expect(option.description, `${name} ${option.flags}`).not.toBe('');
    }
  });

  test('suggests the command that was meant', async () => {
    const terminal = fakeTerminal();
    await expect(createProgram(terminal, '0.0.0').parseAsync(['node', 'ombre', 'histroy'])).rejects.toThrow();
    expect(terminal.said).toContain('history');
  });

  test('says which address nobody answers at, and what to do', async () => {
    const terminal = fakeTerminal();
    const words = ['node', 'ombre', '--url', 'http://127.0.0.1:1', 'history'];
    await expect(createProgram(terminal, '0.0.0').parseAsync(words)).rejects.toMatchObject({
      exit: exits.unreachable,
      message: expect.stringContaining('http://127.0.0.1:1') as string,
    });
  });

  test('sends the token of a data directory to no other address', async () => {
    const { mkdtempSync, writeFileSync, rmSync } = await import('node:fs');
    const { createServer } = await import('node:http');
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"changes":[]}');
    });
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    const folder = mkdtempSync('/tmp/ombre-cli-');
    writeFileSync(`${folder}/listening.json`, JSON.stringify({ url: 'http://127.0.0.1:7171', pid: 1 }));
    writeFileSync(`${folder}/write-token`, 'secret');
    const ask = (url: string): Promise<unknown> =>
      createProgram(fakeTerminal(), '0.0.0').parseAsync([
        'node',
        'ombre',
        '--data-dir',
        folder,
        '--url',
        url,
        'history',
      ]);
    try {
      await ask(`http://127.0.0.1:${port}`);
      writeFileSync(`${folder}/listening.json`, JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: 1 }));
      await ask(`http://127.0.0.1:${port}`);
      expect(seen).toEqual([undefined, 'Bearer secret']);
    } finally {
      other.close();
      rmSync(folder, { recursive: true });
    }
  });
});
