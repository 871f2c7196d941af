import type { BackupMade } from '@ombre/protocol';
import type { ProcessHandlers } from '../handler.ts';
import { Refusal } from '../refusal.ts';

export interface ProcessOptions {
  readonly ready: () => boolean;
  readonly environments: () => readonly string[];
  readonly metrics: () => Promise<string>;
  readonly openapi: string;
  /** Writes a consistent copy and says where; absent where nothing is kept. */
  readonly backup?: (() => Promise<BackupMade>) | undefined;
}

type OwnHandlers = Pick<
  ProcessHandlers,
  'health' | 'ready' | 'metrics' | 'openapi' | 'environments' | 'backup'
>;

/** What concerns the process and no single environment. */
export function processHandlers(options: ProcessOptions): OwnHandlers {
  return {
    health: () => ({ status: 'ok' }),
    ready() {
      if (!options.ready()) throw new Refusal('UNAVAILABLE');
      return { status: 'ready' };
    },
    environments: () => ({ environments: options.environments() }),
    async metrics({ reply }) {
      const text = await options.metrics();
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(text);
    },
    openapi: ({ reply }) =>
      reply.header('content-type', 'application/json; charset=utf-8').send(options.openapi),
    backup() {
      if (options.backup === undefined) {
        throw new Refusal('UNSUPPORTED', 'This store keeps nothing that could be copied.');
      }
      return options.backup();
    },
  };
}
