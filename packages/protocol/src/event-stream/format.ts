/** One server-sent event. */
export interface StreamEvent {
  readonly event?: string;
  readonly id?: string;
  /** May have several lines; a carriage return is not allowed. */
  readonly data: string;
  /** Milliseconds a client waits before it reconnects. */
  readonly retry?: number;
}

/** The text of one event of `text/event-stream` (WHATWG HTML, 9.2). */
export function formatEvent(event: StreamEvent): string {
  let text = '';
  if (event.event !== undefined) text += `event: ${event.event}\n`;
  if (event.id !== undefined) text += `id: ${event.id}\n`;
  if (event.retry !== undefined) text += `retry: ${event.retry}\n`;
  return `${text}data: ${event.data.replaceAll('\n', '\ndata: ')}\n\n`;
}

/** A line that says nothing, to keep proxies from closing a quiet connection. */
export const COMMENT = ':\n\n';
