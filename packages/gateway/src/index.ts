export { REQUEST_TYPES } from '@ombre/protocol';
export {
  BREAKER_DEFAULTS,
  type Breaker,
  type BreakerEvent,
  type BreakerSettings,
  type BreakerState,
  createBreaker,
  type Permit,
} from './breaker/breaker.ts';
export { type RunningGateway, startGateway } from './gateway.ts';
export type { GatewayOptions, Inherited, Listen } from './options.ts';
export { type RefusalCode, refusals } from './refusal.ts';
export { type GatewayReport, reportOf } from './report.ts';
export type { RouteView } from './routing/routes.ts';
export { WorkerError } from './workers/keep-workers.ts';
export {
  leaveGroup,
  type RunningWorkers,
  startWorkers,
  tellServing,
  type WorkerPlace,
  type WorkersOptions,
  workerPlace,
} from './workers/start-workers.ts';
