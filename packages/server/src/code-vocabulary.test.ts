import { type CodeVocabulary, globalFunction, overload } from '@ombre/decide';
import { afterEach, expect, test } from 'vitest';
import { type Rig, startRig } from './running-server.suite.ts';

let rig: Rig;
afterEach(() => rig.close());

const vocabularies: readonly CodeVocabulary[] = [
  {
    functions: [
      globalFunction(
        'isEven',
        overload(['int'], 'bool', (value) => value % 2n === 0n),
      ),
    ],
    enrichers: [{ name: 'rates', derive: () => ({ 'rate.tenant': 7 }) }],
  },
];

const files = (condition: string, enricher = 'rates') => ({
  'ombre.yaml': 'project: judge\nenvironment: production\n',
  'flags.yaml': `apiVersion: ombre.dev/v1
kind: Vocabulary
metadata: { name: judge }
spec:
  attributes:
    user.number: { type: int, given: true }
    rate.tenant: { type: double, derivedBy: ${enricher} }
---
apiVersion: ombre.dev/v1
kind: Flag
metadata: { name: it }
spec:
  type: boolean
  variants: { on: true, off: false }
  default: off
  off: off
  rules: [{ id: one, when: '${condition}', serve: { variant: on } }]
`,
});
const ask = async (number: number) =>
  (await (await rig.post('/ofrep/v1/evaluate/flags/it', { context: { user: { number } } })).json()).value;

test('functions and enrichers in code are known to the checks and to the answers', async () => {
  rig = await startRig({ files: files('isEven(user.number) && rate.tenant > 5.0'), vocabularies });
  expect(rig.issues).toEqual([]);
  expect([await ask(4), await ask(5)]).toEqual([true, false]);
});

test('a function or an enricher that no code has is refused, by the directory and by the API', async () => {
  rig = await startRig({ files: files('isOdd(user.number)', 'weather'), vocabularies });
  expect(rig.issues.map(({ code }) => code).sort()).toEqual(['CEL_UNKNOWN_FUNCTION', 'UNKNOWN_ENRICHER']);
  const put = await rig.client.put(
    {
      apiVersion: 'ombre.dev/v1',
      kind: 'Flag',
      metadata: { name: 'other' },
      spec: {
        type: 'boolean',
        variants: { on: true, off: false },
        default: 'off',
        off: 'off',
        rules: [{ id: 'one', when: 'isOdd(2)', serve: { variant: 'on' } }],
      },
    },
    0,
  );
  expect(put).toMatchObject({ ok: false, status: 422 });
});
