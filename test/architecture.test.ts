import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const packages = join(import.meta.dirname, '..', 'packages');

/** Which rooms each room may know (docs/adr/001). A room that is absent here may not exist. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  decide: [],
  judge: [],
  declare: ['decide'],
  release: ['decide', 'judge'],
  // `release` for its types alone.
  protocol: ['decide', 'release'],
  carry: ['decide', 'declare', 'protocol'],
  sdk: ['decide', 'protocol', 'carry'],
  gateway: ['decide', 'protocol', 'carry'],
  server: ['decide', 'judge', 'declare', 'release', 'protocol', 'carry'],
  cli: ['decide', 'judge', 'declare', 'release', 'protocol', 'carry', 'sdk', 'gateway', 'server'],
};
const pure = ['decide', 'judge', 'declare', 'release'];

/** What a pure room may not touch, beside what its compiler settings hide already. */
const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bconsole\.|(?<![-\w])process\.|['"]node:/;

/** The parts of the model that are plain values. */
const withoutSchema = /\/(?:duration|share|override|release\/(?:bands|placement))\.ts$/;

function sourcesOf(room: string): readonly string[] {
  return readdirSync(join(packages, room, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.suite.ts'))
    .map((file) => join(packages, room, 'src', file));
}

/** Code with comments blanked, so that a word in prose is no offence. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

describe('the rooms', () => {
  const rooms = readdirSync(packages);

  test('each one is in the table of who may import whom', () => {
    expect(rooms.filter((room) => !(room in mayImport))).toEqual([]);
  });

  test.each(rooms)('%s imports only rooms below it', (room) => {
    const offences = sourcesOf(room).flatMap((file) =>
      [...code(readFileSync(file, 'utf8')).matchAll(/['"]@ombre\/([a-z]+)(?:\/[a-z-]+)?['"]/g)]
        .map((match) => match[1] ?? '')
        .filter((other) => !mayImport[room]?.includes(other))
        .map((other) => `${relative(packages, file)} imports ${other}`),
    );
    expect(offences).toEqual([]);
  });

  test.each(pure)('%s has no clock, randomness, environment or logger', (room) => {
    const offences = sourcesOf(room).flatMap((file) =>
      code(readFileSync(file, 'utf8'))
        .split('\n')
        .filter((line) => impure.test(line))
        .map((line) => `${relative(packages, file)}: ${line.trim()}`),
    );
    expect(offences).toEqual([]);
  });

  test('protocol knows release by its types alone', () => {
    const offences = sourcesOf('protocol').flatMap((file) =>
      [
        ...code(readFileSync(file, 'utf8')).matchAll(
          /^(?:import|export) (?!type)[^;]*from '@ombre\/release'/gm,
        ),
      ].map(() => relative(packages, file)),
    );
    expect(offences).toEqual([]);
  });

  test('what a receiver loads of decide holds no schema library', () => {
    const offences = sourcesOf('decide')
      .filter((file) => !file.includes('/model/'))
      .filter((file) =>
        [...code(readFileSync(file, 'utf8')).matchAll(/^(?:import|export) (?!type)[^;]*from '([^']+)'/gm)]
          .map((match) => match[1] ?? '')
          .some((from) => from === 'zod' || (from.includes('model/') && !withoutSchema.test(from))),
      )
      .map((file) => relative(packages, file));
    expect(offences).toEqual([]);
  });
});
