// A service that uses the SDK: prints its answer for one flag whenever it may have changed, as JSON lines.
import { Ombre } from '@ombre/sdk';

const [source, stateDir, ...keys] = process.argv.slice(2);
const ombre = await Ombre.open({ source, stateDir, agent: 'watcher', ...(keys.length > 0 ? { keys } : {}) });
const context = {
  targetingKey: 'u1',
  user: { id: 'u1', tier: 'L5' },
  question: { difficulty: 0.8 },
  submission: { language: 'cpp' },
};

function tell(event) {
  const { value, reason } = ombre.evaluate('submit-service', context);
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
