import type { RouteId } from '@ombre/protocol';
import type { Handler } from '../handler.ts';
import type { Evaluate } from '../ofrep/evaluate.ts';
import { Refusal } from '../refusal.ts';

/** OFREP: one flag, all flags, and the stream that says when to ask again. */
export function evaluationHandlers(
  evaluate: Evaluate,
): Record<Extract<RouteId, 'evaluateFlag' | 'evaluateFlags' | 'evaluationEvents'>, Handler> {
  return {
    evaluateFlag: ({ place, parameters, request, reply }) =>
      evaluate.single(place, parameters.key ?? '', request, reply),
    evaluateFlags: ({ place, prefixed, request, reply }) => evaluate.bulk(place, prefixed, request, reply),
    evaluationEvents({ place, request, reply }) {
      const last = request.headers['last-event-id'];
      const opened = place.streams.evaluation(
        reply.raw,
        typeof last === 'string' ? last : undefined,
        reply.getHeaders() as Record<string, string>,
      );
      if (!opened) throw new Refusal('RECEIVERS_FULL', undefined, {}, { 'retry-after': '5' });
      return reply.hijack();
    },
  };
}
