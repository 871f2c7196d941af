import { spawn } from 'node:child_process';

/** What wrk says of a run. */
export interface WrkReport {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Asks a URL over kept connections as fast as it answers, with the program wrk. Throws at an answer other than 2xx or 3xx, and at a broken connection. */
export async function runWrk(
  url: string,
  { connections, seconds, header }: { connections: number; seconds: number; header: string },
): Promise<WrkReport> {
  const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-H', header, url]);
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  await new Promise((end) => child.once('close', end));
  if (!/Requests\/sec/.test(text) || /Non-2xx|Socket errors/.test(text)) throw new Error(text);
  return {
    requests: Number(/(\d+) requests in/.exec(text)?.[1]),
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50: quantileIn(text, '50%'),
    p99: quantileIn(text, '99%'),
  };
}

/** One line of wrk's table of latencies, such as `99%    8.70ms`, in milliseconds. */
function quantileIn(text: string, name: string): number {
  const match = new RegExp(`${name}\\s+([\\d.]+)(us|ms|s)`).exec(text);
  const unit = { us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? ''] ?? Number.NaN;
  return Number(match?.[1]) * unit;
}
