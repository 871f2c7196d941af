import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ombre } from '@ombre/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submissions } from '../../bench/src/submissions.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const file = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'shared',
  'data',
  'assistments',
  'assist_test_sequences.txt',
);

describe.skipIf(!existsSync(file))('a replay of real answers (needs ../shared/data/assistments)', () => {
  let plane: ControlPlane;
  let ombre: Ombre;

  beforeAll(async () => {
    plane = await startControlPlane();
    ombre = await Ombre.open({ source: plane.url });
  });
  afterAll(async () => {
    await ombre.close();
    await plane.stop();
    plane.remove();
  });

  test('is answered alike by the SDK and over OFREP, flag by flag', async () => {
    const counts = new Map<string, number>();
    for (const { student, context } of submissions(file, 60)) {
      const response = await fetch(`${plane.url}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      });
      const { flags } = (await response.json()) as {
        flags: { key: string; value: unknown; variant: string }[];
      };
      const own = ombre.flags.map((flag) => ombre.evaluate(flag, context));
      expect(
        flags.map(({ key, value, variant }) => ({ key, value, variant })),
        student,
      ).toEqual(own.map(({ flag, value, variant }) => ({ key: flag, value, variant })));
      for (const { flag, variant } of own)
        counts.set(`${flag}=${variant}`, (counts.get(`${flag}=${variant}`) ?? 0) + 1);
    }
    expect(counts.get('hints=on')).toBeGreaterThan(0);
    expect(counts.get('ranking=streak')).toBeGreaterThan(0);
    expect(counts.get('ranking=mixed')).toBeGreaterThan(0);
  });
});
