import type { RunningGateway } from './gateway.ts';
import type { RouteView } from './routing/routes.ts';

/** How a gateway stands: what it tells whoever started it. */
export interface GatewayReport {
  readonly url: string;
  readonly adminUrl?: string;
  readonly forwardAuthUrl?: string;
  /** Null before the first snapshot. */
  readonly environment: string | null;
  readonly revision: number | null;
  readonly status: string;
  readonly routes: readonly RouteView[];
}

export function reportOf(gateway: RunningGateway): GatewayReport {
  const { url, adminUrl, forwardAuthUrl, receiver } = gateway;
  const { environment = null, revision = null } = receiver.head ?? {};
  return {
    url,
    ...(adminUrl === undefined ? {} : { adminUrl }),
    ...(forwardAuthUrl === undefined ? {} : { forwardAuthUrl }),
    environment,
    revision,
    status: receiver.status,
    routes: gateway.routes(),
  };
}
