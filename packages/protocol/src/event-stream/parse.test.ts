import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMENT, formatEvent } from './format.ts';
import { createEventParser, type ReceivedEvent } from './parse.ts';

const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
const event = fc.record({
  event: fc.constantFrom('delta', 'head', 'x'),
  id: fc.stringMatching(/^[a-z0-9:]{1,9}$/),
  data: fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
});

describe('an event stream', () => {
  test('is read as it was written, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (events, cuts) => {
          let text = events.map((one) => formatEvent(one) + COMMENT).join('');
          const parser = createEventParser();
          const read: ReceivedEvent[] = [];
          for (const cut of cuts) {
            if (text === '') break;
            read.push(...parser.push(text.slice(0, cut)));
            text = text.slice(cut);
          }
          expect(read).toEqual(events);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('may end its lines with \\r\\n or \\r, cut in between', () => {
    const parser = createEventParser();
    const read = ['data: a\r', '\ndata: b\r\n\r', '\nid: 7\rdata: c\r\r'].flatMap((text) => [
      ...parser.push(text),
    ]);
    expect(read.map(({ data, id }) => [data, id])).toEqual([
      ['a\nb', undefined],
      ['c', '7'],
    ]);
  });

  test('keeps the last id over events without one, and remembers retry', () => {
    const parser = createEventParser();
    const read = parser.push('id: 1\nretry: 250\ndata: a\n\ndata: b\n\nid: bad\0id\ndata: c\n\n');
    expect(read.map(({ id, event: name }) => [id, name])).toEqual([
      ['1', 'message'],
      ['1', 'message'],
      ['1', 'message'],
    ]);
    expect(parser.retry).toBe(250);
  });

  test('that never ends its event is refused before memory fills', () => {
    const parser = createEventParser(1000);
    expect(() => {
      for (let piece = 0; piece < 20; piece++) parser.push('data: '.padEnd(100, 'x'));
    }).toThrow(RangeError);
    const lines = createEventParser(1000);
    expect(() => {
      for (let piece = 0; piece < 20; piece++) lines.push(`data: ${'x'.repeat(100)}\n`);
    }).toThrow(RangeError);
  });
});
