import type { Guard } from '@ombre/decide/model';

/** Milliseconds between questions, and until it is given up: what began slowly stays in a window of metrics for a while. */
const AGAIN = 500;
const PATIENCE = 120_000;

/**
 * Waits until what the guards ask of a metrics source is within their limits, as a person would before a release begins. Guards that compare
 * are not waited for. Throws with what is over its limit when it stays so.
 */
export async function metricsSettle(prometheus: string, guards: readonly Guard[]): Promise<void> {
  const asked = guards.flatMap((guard) => {
    const question = 'metric' in guard ? guard.metric : 'caller' in guard ? guard.caller : undefined;
    return question === undefined || question.against !== undefined ? [] : [question];
  });
  const deadline = performance.now() + PATIENCE;
  for (const { name, query, max } of asked) {
    for (;;) {
      const worst = await worstOf(prometheus, query);
      if (worst !== undefined && worst <= max) break;
      if (performance.now() > deadline) {
        const said = worst === undefined ? 'answers nothing' : `is ${worst}, over ${max},`;
        throw new Error(`${name} ${said} before the release began: ${query}`);
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

/** The largest of what a query answers; undefined where that is no number. */
async function worstOf(prometheus: string, query: string): Promise<number | undefined> {
  const url = `${prometheus.replace(/\/+$/, '')}/api/v1/query?${new URLSearchParams({ query }).toString()}`;
  try {
    const answer = (await (await fetch(url, { signal: AbortSignal.timeout(3_000) })).json()) as {
      readonly data?: { readonly resultType?: string; readonly result?: unknown };
    };
    const { resultType, result } = answer.data ?? {};
    const points =
      resultType === 'scalar' ? [result] : (result as { value: unknown }[]).map(({ value }) => value);
    const values = points.map((point) => Number((point as [number, string])[1]));
    return values.length === 0 || values.some(Number.isNaN) ? undefined : Math.max(...values);
  } catch {
    return undefined;
  }
}
