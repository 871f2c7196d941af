import type { Applied, ApplyRequest, Origin } from '@ombre/protocol';
import { type Connection, expectValue } from './connection.ts';
import { CommandEnd, exits } from './exit.ts';
import { sayIfLong } from './say-if-long.ts';
import type { Shell } from './shell.ts';

export interface ApplyPlan {
  readonly connection: Connection;
  /** Bound to the generations just read: if anything moves before it is sent for real, the answer is CONFLICT. */
  readonly request: ApplyRequest;
  readonly plan: Applied;
}

/** Checks a directory here, where positions are known, and asks the control plane what applying it would change. */
export async function planApply(shell: Shell, directory: string, origin: Origin): Promise<ApplyPlan> {
  if (origin !== 'files' && origin !== 'api') {
    throw new CommandEnd(exits.usage, `--origin is files or api, not "${String(origin)}"`);
  }
  const { declareDirectory } = await import('./local.ts');
  const declared = await declareDirectory(shell, directory);
  if (declared.issues.some((issue) => issue.severity === 'error')) {
    throw new CommandEnd(exits.no, `${declared.text}nothing was sent`, {
      ok: false,
      issues: declared.issues,
    });
  }
  const connection = shell.connect();
  const { environment } = expectValue(await connection.client.status(), connection);
  if (declared.environment !== undefined && declared.environment !== environment) {
    throw new CommandEnd(
      exits.usage,
      `ombre.yaml of ${directory} is for ${declared.environment}, and ${connection.url} serves ${environment}: nothing was sent\nname the other with --url or --env, or mend ombre.yaml`,
    );
  }
  const held = expectValue(await connection.client.resources(), connection);
  const request: ApplyRequest = {
    origin,
    resources: declared.resources,
    generations: Object.fromEntries(held.resources.map((one) => [one.key, one.generation])),
    author: shell.author(),
  };
  const { length } = declared.resources;
  sayIfLong(shell, length, `asking what applying ${length} resources would change …`);
  const plan = expectValue(await connection.client.apply({ ...request, dryRun: true }), connection);
  return { connection, request, plan };
}
