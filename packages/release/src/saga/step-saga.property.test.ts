import type { Level } from '@ombre/decide/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallOut } from './call-out.ts';
import { type Held, participate } from './participate.ts';
import { type SagaState, startSaga } from './saga-state.ts';
import { type SagaEvent, type SagaOutcome, stepSaga } from './step-saga.ts';

const url = 'http://participant.test';
const steps = fc
  .array(
    fc.constantFrom({ do: { url }, undo: { url } }, { try: { url }, confirm: { url }, cancel: { url } }),
    { minLength: 1, maxLength: 4 },
  )
  .map((some) => some.map((step, index) => ({ name: `s${index}`, ...step })));
const ladders: fc.Arbitrary<readonly Level[]> = fc
  .array(steps, { minLength: 1, maxLength: 2 })
  .map((levels) => levels.map((before, index) => ({ name: `l${index}`, share: 1, dwell: '1s', before })));

/** `deliver` takes the n-th message on the wire, which stays there: it may come again. */
type Happening =
  | { readonly kind: 'deliver'; readonly which: number; readonly answer: boolean }
  | { readonly kind: 'lost' | 'crash' | 'refuse' }
  | { readonly kind: 'wait'; readonly milliseconds: number };

const happenings = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('deliver' as const),
        which: fc.nat(20),
        answer: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        milliseconds: fc.constantFrom(500, 70_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('lost' as const, 'crash' as const, 'refuse' as const) }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

/** Participants by their rules, a wire that loses, repeats and delays, and a shell that dies. */
class World {
  state: SagaState = startSaga(1);
  outcomes: SagaOutcome[] = [];
  readonly held = new Map<string, Held>();
  readonly net = new Map<string, number>();
  readonly wire: CallOut[] = [];
  /** Written with the state; performed again after a crash. */
  open: CallOut | undefined;
  readonly ladder: readonly Level[];
  now = 1_000_000;

  constructor(ladder: readonly Level[]) {
    this.ladder = ladder;
  }

  take(event: SagaEvent): void {
    const stored = JSON.parse(JSON.stringify(this.state)) as SagaState;
    if (event.kind === 'answer') this.open = undefined;
    const next = stepSaga(this.ladder, stored, event, this.now);
    this.state = next.state;
    if (next.outcome !== undefined) this.outcomes.push(next.outcome);
    if (next.call === undefined) return;
    expect(this.open).toBeUndefined();
    this.open = next.call;
    this.wire.push(next.call);
  }

  deliver(call: CallOut): 'done' | 'failed' {
    const { held, act, refused } = participate(this.held.get(call.transaction), call.action);
    if (refused) return 'failed';
    if (held !== undefined) this.held.set(call.transaction, held);
    const change = { do: 1, try: 1, undo: -1, cancel: -1, confirm: 0 }[call.action];
    if (act) this.net.set(call.transaction, (this.net.get(call.transaction) ?? 0) + change);
    for (const value of this.net.values()) expect([0, 1]).toContain(value);
    return 'done';
  }

  happen(one: Happening): void {
    if (one.kind === 'wait') {
      this.now += one.milliseconds;
      this.take({ kind: 'elapsed', milliseconds: one.milliseconds });
    } else if (one.kind === 'deliver' && this.wire.length > 0) {
      const call = this.wire[one.which % this.wire.length]!;
      const result = this.deliver(call);
      if (one.answer && call === this.open) this.take({ kind: 'answer', result });
    } else if (this.open !== undefined) {
      if (one.kind === 'crash') this.wire.push(this.open);
      if (one.kind === 'lost') this.take({ kind: 'answer', result: 'unknown' });
      // A refusal of the participant's own: nothing happened.
      const onward = this.open?.action === 'do' || this.open?.action === 'try';
      if (one.kind === 'refuse' && onward) this.take({ kind: 'answer', result: 'failed' });
    }
  }

  /** A network that works and time enough, until somebody is told or nothing is left. */
  settle(): void {
    for (let turns = 0; turns < 200 && this.state.going !== 'idle'; turns += 1) {
      if (this.open !== undefined) {
        this.take({ kind: 'answer', result: this.deliver(this.open) });
      }
      this.now += 70_000;
      this.take({ kind: 'elapsed', milliseconds: 70_000 });
    }
  }

  /** Everything ever sent arrives once more, in any order. */
  repeatAll(order: readonly number[]): void {
    for (const which of order) if (this.wire.length > 0) this.deliver(this.wire[which % this.wire.length]!);
    for (const call of this.wire) this.deliver(call);
  }

  nets(): readonly number[] {
    return [...this.net.values()];
  }
}

const order = fc.array(fc.nat(200), { maxLength: 30, size: 'max' });

describe('whatever is lost, repeated, delayed or killed', () => {
  test('a saga that goes back leaves nothing of any step', () => {
    fc.assert(
      fc.property(ladders, happenings, happenings, order, (ladder, before, after, repeats) => {
        const world = new World(ladder);
        world.take({ kind: 'forward', level: 'l0' });
        for (const one of before) world.happen(one);
        world.take({ kind: 'back' });
        for (const one of after) world.happen(one);
        world.settle();
        expect(world.outcomes.at(-1)).toEqual({ kind: 'undone' });
        world.repeatAll(repeats);
        expect(world.nets().every((net) => net === 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a saga that goes forward and is confirmed does every step once', () => {
    fc.assert(
      fc.property(ladders, happenings, happenings, order, (ladder, before, after, repeats) => {
        const world = new World(ladder);
        for (const { name } of ladder) {
          world.take({ kind: 'forward', level: name });
          for (const one of before) if (one.kind !== 'refuse') world.happen(one);
          world.settle();
          expect(world.outcomes.at(-1)).toEqual({ kind: 'ready' });
        }
        world.take({ kind: 'confirm' });
        for (const one of after) world.happen(one);
        world.settle();
        expect(world.outcomes.at(-1)).toEqual({ kind: 'confirmed' });
        world.repeatAll(repeats);
        const all = ladder.flatMap(({ before: some = [] }) => some);
        expect(world.nets()).toEqual(all.map(() => 1));
        const reserved = all.filter((step) => 'try' in step).length;
        expect([...world.held.values()].filter((held) => held === 'confirmed').length).toBe(reserved);
      }),
      { numRuns: 200 },
    );
  });

  test('a call has one key however often it is sent, and steps are undone the last first', () => {
    fc.assert(
      fc.property(ladders, happenings, happenings, (ladder, before, after) => {
        const world = new World(ladder);
        world.take({ kind: 'forward', level: 'l0' });
        for (const one of before) world.happen(one);
        world.take({ kind: 'back' });
        for (const one of after) world.happen(one);
        world.settle();
        const byCall = new Map<string, Set<string>>();
        for (const { transaction, action, key } of world.wire) {
          const id = `${transaction} ${action}`;
          byCall.set(id, (byCall.get(id) ?? new Set()).add(key));
        }
        for (const keys of byCall.values()) expect(keys.size).toBe(1);
        const stepsOf = (actions: readonly string[]) => [
          ...new Set(world.wire.filter(({ action }) => actions.includes(action)).map(({ step }) => step)),
        ];
        expect(stepsOf(['undo', 'cancel'])).toEqual(stepsOf(['do', 'try']).toReversed());
      }),
      { numRuns: 300 },
    );
  });
});

describe('a participant', () => {
  test('keeps the rules of try, confirm and cancel', () => {
    expect(participate(undefined, 'cancel')).toEqual({ held: 'cancelled', act: false, refused: false });
    expect(participate('cancelled', 'try')).toEqual({ held: 'cancelled', act: false, refused: true });
    expect(participate('tried', 'confirm')).toEqual({ held: 'confirmed', act: true, refused: false });
    expect(participate('confirmed', 'confirm')).toEqual({ held: 'confirmed', act: false, refused: false });
    expect(participate('cancelled', 'cancel')).toEqual({ held: 'cancelled', act: false, refused: false });
    expect(participate('confirmed', 'cancel').refused).toBe(true);
    expect(participate(undefined, 'confirm').refused).toBe(true);
  });
});
