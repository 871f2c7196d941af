import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

/** A page that uses OpenFeature's web SDK and web provider as their documentation says, and tells what it sees. */
const page = `
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';

const client = OpenFeature.getClient();
window.changes = [];
client.addHandler(ProviderEvents.ConfigurationChanged, (event) => window.changes.push(event?.flagsChanged ?? []));
window.ask = () => client.getStringDetails('submit-service', 'none');
window.ready = (async () => {
  await OpenFeature.setContext({ targetingKey: 'u1', user: { id: 'u1', tier: 'L5' }, question: { difficulty: 0.8 }, submission: { language: 'cpp' } });
  // pollInterval 0: only the event stream can bring a change.
  await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl: window.ombre, pollInterval: 0 }));
  return true;
})();
`;

describe.skipIf(executablePath === undefined)(
  'npm’s web provider in Chromium (Debian package chromium)',
  () => {
    let plane: ControlPlane;
    let browser: Browser;
    let site: Server;

    beforeAll(async () => {
      const script = await bundle();
      site = createServer((request, response) => {
        const html = request.url === '/';
        response.setHeader('content-type', html ? 'text/html' : 'text/javascript');
        response.end(
          html
            ? `<script>window.ombre = ${JSON.stringify(plane.url)}</script><script type="module" src="/page.js"></script>`
            : script,
        );
      });
      await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
      const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      plane = await startControlPlane('question-bank', ['--allow-origin', origin]);
      browser = await chromium.launch({
        executablePath: executablePath ?? '',
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
    });
    afterAll(async () => {
      await browser?.close();
      site?.close();
      await plane?.stop();
      plane?.remove();
    });

    test('evaluates the example, and a saved file reaches it through the event stream alone', async () => {
      const tab = await browser.newPage();
      tab.setDefaultTimeout(120_000);
      const complaints: string[] = [];
      tab.on('pageerror', (error) => complaints.push(error.message));
      await tab.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
      await tab.waitForFunction('window.ready !== undefined');
      expect(await tab.evaluate('window.ready'), complaints.join('\n')).toBe(true);
      expect(await tab.evaluate('window.ask()')).toMatchObject({ value: 'submit-service-v2', variant: 'v2' });

      const file = join(plane.directory, 'submit-service.yaml');
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replace('v2: submit-service-v2', 'v2: submit-service-v2-blue'),
      );
      await tab.waitForFunction("window.ask().value === 'submit-service-v2-blue'", undefined, {
        timeout: 60_000,
      });
      await tab.waitForFunction("window.changes.flat().includes('submit-service')");
      expect(complaints).toEqual([]);
    });
  },
);

async function bundle(): Promise<string> {
  const entry = 'virtual:page';
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === entry ? `\0${entry}` : null),
        load: (id) => (id === `\0${entry}` ? page : null),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: entry } },
  });
  const output = Array.isArray(built) ? built[0]?.output : 'output' in built ? built.output : undefined;
  const chunk = output?.[0];
  if (chunk?.type !== 'chunk') throw new Error('the page was not bundled');
  return chunk.code;
}
