export { ofrepBulk, ofrepBulkFailure, ofrepFailure, ofrepRequest, ofrepSuccess } from '../ofrep/shape.ts';
export { acknowledgement, receiverView } from '../sync/acknowledgement.ts';
export { applied, applyRequest, storedResource } from '../wire/change.ts';
export { historyVerdict, wireChange, wireChangeDetail } from '../wire/history.ts';
export { issueSchema } from '../wire/issue.ts';
export { statusSchema } from '../wire/status.ts';
export { failureSchema } from './failure.ts';
export { signedHeadSchema } from './head.ts';
export { type RouteShape, routeShapes } from './routes.ts';
