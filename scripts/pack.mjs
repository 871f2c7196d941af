// Packs every package as it would be published, installs the archives into an empty folder, and imports each entry:
// what a user gets is what is tested here, not the checkout.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './prepare.mjs';

const out = mkdtempSync(join(tmpdir(), 'ombre-pack-'));
try {
  const modules = join(out, 'node_modules');
  mkdirSync(join(modules, '@ombre'), { recursive: true });
  const entries = [];
  const rooms = readdirSync(join(root, 'packages'));
  execFileSync(
    'npm',
    ['pack', '--silent', '--pack-destination', out, ...rooms.map((room) => `--workspace=packages/${room}`)],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (const room of rooms) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', room, 'package.json'), 'utf8'));
    const archive = join(out, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    const target = join(modules, manifest.name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
    const { messages } = await publint({ pkgDir: target, pack: false });
    for (const message of messages)
      console.log(`${manifest.name}: ${message.type}: ${formatMessage(message, manifest)}`);
    if (messages.some(({ type }) => type === 'error')) throw new Error(`${manifest.name} is packed wrong`);
    for (const path of Object.keys(manifest.exports ?? {})) {
      if (manifest.exports[path].default !== undefined)
        entries.push(join(manifest.name, path).replaceAll('\\', '/'));
    }
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === '@ombre' || name === 'ombre') continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
  }
  for (const entry of entries) {
    const names = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `console.log(Object.keys(await import(${JSON.stringify(entry)})).length)`,
      ],
      { cwd: out, encoding: 'utf8' },
    ).trim();
    console.log(`${entry}: ${names} names`);
    if (names === '0') throw new Error(`${entry} exports nothing`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
