import { expect, test } from 'vitest';
import { exposition } from '../counters/exposition.ts';
import { joinMetrics } from './join-metrics.ts';

test('names each family once and each sample with its worker, also one without labels', () => {
  const one = '# HELP a Some.\n# TYPE a counter\na{x="1"} 3\n# HELP b More.\n# TYPE b gauge\nb 1\n';
  const two = '# HELP a Some.\n# TYPE a counter\na{x="1"} 4\na{x="}{ 2"} 1\n# HELP c Else.\n# TYPE c gauge\n';
  expect(
    joinMetrics([
      { worker: 1, text: one },
      { worker: 2, text: two },
    ]),
  ).toBe(`# HELP a Some.
# TYPE a counter
a{worker="1",x="1"} 3
a{worker="2",x="1"} 4
a{worker="2",x="}{ 2"} 1
# HELP b More.
# TYPE b gauge
b{worker="1"} 1
# HELP c Else.
# TYPE c gauge
`);
});

test('loses no line of what a gateway writes', () => {
  const text = exposition({
    groups: [],
    upstreams: [{ name: 'one', breaker: 'open' }],
    revision: 7,
    stale: false,
    stalled: 0,
  });
  const joined = joinMetrics([{ worker: 3, text }]);
  expect(joined.replaceAll('worker="3",', '').replaceAll('{worker="3"}', '')).toBe(text);
});
