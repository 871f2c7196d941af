import type { GatewayReport, RouteView } from '@ombre/gateway';
import type { Shell } from '../../shell.ts';
import { paint } from '../../terminal.ts';

/** Says what is routed where, once it serves. */
export function welcome(shell: Shell, flag: string, workers: number, report: GatewayReport): void {
  const { terminal } = shell;
  const { url, adminUrl, forwardAuthUrl, environment, revision, status, routes } = report;
  if (shell.json()) {
    terminal.out(`${JSON.stringify({ ...report, flag, workers })}\n`);
    return;
  }
  const bold = (text: string): string => paint(terminal, 'bold', text);
  const state =
    revision === null
      ? paint(terminal, 'red', `no snapshot yet (${status}): requests are answered 503 until one comes`)
      : `revision ${revision} of ${environment}, ${status}`;
  const width = Math.max(12, ...routes.map(({ variant }) => variant.length + 2));
  const lines = [
    `${bold('Ombre gateway')} listens on ${bold(url)}${workers === 1 ? '' : ` with ${workers} workers`}`,
    `  ${'flag'.padEnd(width)} ${flag}, ${state}`,
    ...routes.map((route) => `  ${route.variant.padEnd(width)} ${routeText(route)}`),
    ...(revision !== null && routes.length === 0
      ? [paint(terminal, 'red', `  ${''.padEnd(width)} the environment has no flag called ${flag}`)]
      : []),
    `  ${'metrics'.padEnd(width)} ${adminUrl}/metrics`,
    ...(forwardAuthUrl === undefined ? [] : [`  ${'forward-auth'.padEnd(width)} ${forwardAuthUrl}`]),
    '',
    'stop with Ctrl-C',
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

function routeText({ upstream, endpoints, fallback }: RouteView): string {
  if (upstream === null) return 'refused: no Upstream is named after its value or its name';
  const targets = endpoints.map(({ url, weight }) =>
    endpoints.length === 1 ? url : `${url} (weight ${weight})`,
  );
  return `${upstream} → ${targets.join(', ')}${fallback === null ? '' : `; fallback ${fallback}`}`;
}
