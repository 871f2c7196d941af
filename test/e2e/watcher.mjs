// A service that uses the SDK: prints its answer for one flag whenever it may have changed, as JSON lines. Words after the state directory
// are keys it trusts, or {flag, context} as JSON.
import { Ombre } from '@ombre/sdk';

const [source, stateDir, ...words] = process.argv.slice(2);
const keys = words.filter((word) => !word.startsWith('{'));
const ombre = await Ombre.open({ source, stateDir, agent: 'watcher', ...(keys.length > 0 ? { keys } : {}) });
const { flag, context } = JSON.parse(words.find((word) => word.startsWith('{')) ?? 'null') ?? {
  flag: 'submit-service',
  context: {
    targetingKey: 'u1',
    user: { id: 'u1', tier: 'L5' },
    question: { difficulty: 0.8 },
    submission: { language: 'cpp' },
  },
};

function tell(event) {
  const { value, reason } = ombre.evaluate(flag, context);
  const line = { event, value, reason, status: ombre.status, revision: ombre.head?.revision };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

tell('open');
ombre.subscribe((event) => tell(event.type));
process.stdin.on('data', () => tell('asked'));
process.stdin.on('end', async () => {
  await ombre.close();
  process.exit(0);
});
