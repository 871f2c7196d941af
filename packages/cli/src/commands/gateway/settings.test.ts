import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { createShell } from '../../shell.ts';
import { fakeTerminal } from '../release/views.suite.ts';
import { gatewaySettings } from './settings.ts';

const HERE = 'http://127.0.0.1:7171';
const ELSEWHERE = 'https://control.internal';

/** The token a gateway shows to `source`, started beside a control plane whose folder holds one. */
function shownTo(source: string, env: Readonly<Record<string, string>>, readToken?: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'ombre-gateway-'));
  try {
    mkdirSync(join(cwd, '.ombre'));
    writeFileSync(join(cwd, '.ombre', 'listening.json'), JSON.stringify({ url: HERE, pid: 1 }));
    writeFileSync(join(cwd, '.ombre', 'write-token'), 'found here\n');
    const shell = createShell(new Command(), fakeTerminal({ cwd, env }));
    const typed = { flag: 'f', listen: '127.0.0.1:0', admin: '127.0.0.1:0', workers: '1' };
    const more = { timeout: '30s', grace: '30s', breaker: true, logLevel: 'silent', source };
    const settings = gatewaySettings(
      shell,
      { ...typed, ...more, ...(readToken !== undefined && { readToken }) },
      undefined,
    );
    return settings.receiver.token;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

test('a gateway shows the token that was given for the control plane it names, wherever that is', () => {
  expect(shownTo(ELSEWHERE, { OMBRE_TOKEN: 'given' })).toBe('given');
  expect(shownTo(ELSEWHERE, { OMBRE_TOKEN: 'given' }, 'reads')).toBe('given');
  expect(shownTo(ELSEWHERE, {}, 'reads')).toBe('reads');
});

test('a token found in a folder goes to the control plane of that folder alone, and none into a folder', () => {
  expect(shownTo(HERE, {})).toBe('found here');
  expect(shownTo(ELSEWHERE, {})).toBeUndefined();
  expect(shownTo('dir:flags', { OMBRE_TOKEN: 'given' })).toBeUndefined();
});
