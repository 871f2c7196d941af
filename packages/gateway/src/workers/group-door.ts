import type { RequestListener } from 'node:http';
import { BREAK_GLASS_PATH, type BreakGlassView, KILL_REFUSALS } from '@ombre/carry';
import type { AskWorkers } from './ask-workers.ts';

/** The most characters of an order, and some more. */
const LONGEST = 16 * 1024;

/**
 * The door for break-glass of a group: GET answers what its workers carry out together, POST brings an order to each of them, and is
 * taken where all took it. A worker that is not there then asks this door when it is back.
 */
export function createGroupDoor(ask: AskWorkers): RequestListener {
  return (request, response) => {
    answer().then(
      ([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
      },
      // The connection broke while its body was read: nobody is there to be answered.
      () => response.destroy(),
    );

    async function answer(): Promise<readonly [status: number, body: unknown]> {
      if (request.method !== 'POST') return view();
      let body = '';
      for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) {
        // The rest is read and dropped, so that the answer arrives; what is cut is malformed.
        if (body.length <= LONGEST) body += part;
      }
      const said = await ask(BREAK_GLASS_PATH, { method: 'POST', body });
      const refused = said.find(({ status }) => status !== 200) ?? said[0];
      return refused === undefined ? NOBODY : [refused.status, JSON.parse(refused.text)];
    }

    async function view(): Promise<readonly [status: number, body: unknown]> {
      const said = await ask(BREAK_GLASS_PATH);
      const views = said
        .filter(({ status }) => status === 200)
        .map(({ text }) => JSON.parse(text) as BreakGlassView);
      const [first] = views;
      if (first === undefined) return NOBODY;
      const kills = new Map(views.flatMap((one) => one.kills.map((kill) => [JSON.stringify(kill), kill])));
      return [200, { ...first, kills: [...kills.values()] }];
    }
  };
}

const NOBODY = [503, { code: 'KILL_UNSUPPORTED', message: KILL_REFUSALS.KILL_UNSUPPORTED }] as const;
