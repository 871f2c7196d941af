/** An event as it was received: `id` is the last one seen on the stream, `event` is `message` where none was named. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

export interface EventParser {
  /** The events that the text completes; what remains waits for the next piece. Throws RangeError past `maxLength` of one event. */
  push(text: string): readonly ReceivedEvent[];
  /** The reconnection time in milliseconds that the stream last asked for. */
  readonly retry: number | undefined;
}

/** Reads `text/event-stream` (WHATWG HTML, 9.2.6) in pieces cut anywhere. `maxLength` bounds one event, in UTF-16 units. */
export function createEventParser(maxLength: number = 64 * 1024 * 1024): EventParser {
  let pieces: string[] = [];
  let pending = 0;
  let event = '';
  let id: string | undefined;
  let data: string[] = [];
  let size = 0;
  let retry: number | undefined;
  let afterReturn = false;

  function line(text: string, done: ReceivedEvent[]): void {
    if (text === '') {
      if (data.length > 0) done.push({ event: event === '' ? 'message' : event, id, data: data.join('\n') });
      event = '';
      data = [];
      size = 0;
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? '' : text.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') {
      data.push(value);
      size += value.length;
    } else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value);
  }

  return {
    get retry() {
      return retry;
    },
    push(input) {
      const done: ReceivedEvent[] = [];
      let start = 0;
      // A pair \r\n may be cut between two pieces.
      if (afterReturn && input.startsWith('\n')) start = 1;
      if (input !== '') afterReturn = false;
      for (let at = start; at < input.length; at++) {
        const unit = input.charCodeAt(at);
        if (unit !== 10 && unit !== 13) continue;
        const rest = input.slice(start, at);
        if (pieces.length === 0) line(rest, done);
        else {
          pieces.push(rest);
          line(pieces.join(''), done);
          pieces = [];
          pending = 0;
        }
        if (unit === 13) {
          if (at + 1 === input.length) afterReturn = true;
          else if (input.charCodeAt(at + 1) === 10) at++;
        }
        start = at + 1;
      }
      if (start < input.length) {
        pieces.push(input.slice(start));
        pending += input.length - start;
      }
      if (pending + size > maxLength) throw new RangeError(`an event is longer than ${maxLength}`);
      return done;
    },
  };
}
