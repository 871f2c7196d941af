// Packs every package as it would be published, installs the archives into an empty folder, and imports each entry:
// what a user gets is what is tested here, not the checkout.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const out = mkdtempSync(join(tmpdir(), 'ombre-pack-'));
try {
  const modules = join(out, 'node_modules');
  mkdirSync(join(modules, '@ombre'), { recursive: true });
  const entries = [];
  for (const room of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', room);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = join(out, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    const target = join(modules, manifest.name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
    execFileSync(process.execPath, [join(root, 'node_modules', 'publint', 'src', 'cli.js'), 'run', target], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
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
