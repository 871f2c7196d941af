// `ombre analyze` on 10 million rows × 3 variants × 4 slices with CUPED, in a fresh process. To beat: cold ≤ 20 s.
// Usage: node bench/dist/judge-analyze.js [rows = 10000000]. Writes about 500 MB into the temporary directory and removes it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rows = Number(process.argv[2] ?? 10_000_000);
const directory = mkdtempSync(join(tmpdir(), 'ombre-bench-'));
const cli = new URL('../../packages/cli/', import.meta.url);

try {
  const { DuckDBInstance } = (await import('@duckdb/node-api' as string)) as {
    DuckDBInstance: {
      create(): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }> }>;
    };
  };
  const connection = await (await DuckDBInstance.create()).connect();
  const table = `SELECT 'user-' || i AS user_id, ['A', 'B', 'C'][1 + (hash(i) % 3)::INT] AS arm,
    round((hash(i * 7 + 1) % 10000) / 120.0, 2) AS revenue_before,
    round(revenue_before * 0.7 + (hash(i * 9 + 4) % 3000) / 100.0 + CASE WHEN arm = 'B' THEN 0.1 ELSE 0 END, 2) AS revenue,
    ['north', 'south', 'east', 'west'][1 + (hash(i * 5 + 2) % 4)::INT] AS region,
    ['web', 'app'][1 + (hash(i * 3) % 2)::INT] AS device, 'L' || (hash(i * 11) % 5) AS tier,
    ['new', 'old'][1 + (hash(i * 13) % 2)::INT] AS visitor FROM range(${rows}) t(i)`;
  const csv = join(directory, 'ten.csv');
  const parquet = join(directory, 'ten.parquet');
  await connection.run(`COPY (${table}) TO '${csv}' (HEADER)`);
  await connection.run(`COPY (SELECT * FROM '${csv}') TO '${parquet}' (FORMAT parquet)`);
  connection.closeSync();

  const base = [
    '--unit',
    'user_id',
    '--variant',
    'arm',
    '--control',
    'A',
    '--metric',
    'revenue',
    '--covariate',
    'revenue_before',
  ];
  await run('CSV, one segment of 4 levels', csv, [...base, '--segments', 'region']);
  await run('CSV, 4 segments', csv, [...base, '--segments', 'region,device,tier,visitor']);
  await run('CSV, 4 segments, memory bound to 1 GB', csv, [
    ...base,
    '--segments',
    'region,device,tier,visitor',
    '--memory',
    '1GB',
  ]);
  await run('Parquet, 4 segments', parquet, [...base, '--segments', 'region,device,tier,visitor']);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Runs the command in a process of its own, which writes its peak memory last. */
async function run(label: string, file: string, options: readonly string[]): Promise<void> {
  const main = fileURLToPath(new URL('bin/ombre.js', cli));
  const peak = `process.on('exit', () => { const used = process.resourceUsage(); process.stderr.write('peak ' + used.maxRSS + ' cpu ' + (used.userCPUTime + used.systemCPUTime) + '\\n'); })`;
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(peak)}`, main, 'analyze', file, ...options],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${label} ended with ${code}: ${err}`);
  const memory = Number(/peak (\d+)/.exec(err)?.[1]) / 1024;
  const cpu = Number(/cpu (\d+)/.exec(err)?.[1]) / 1e6;
  const size = (statSync(file).size / 1e6).toFixed(0);
  console.log(
    `${label.padEnd(40)} ${seconds.toFixed(1).padStart(5)} s cold (${cpu.toFixed(1)} s of processor), ${memory.toFixed(0)} MB at most, file ${size} MB`,
  );
  console.log(`  ${out.split('\n', 1)[0]}`);
}
