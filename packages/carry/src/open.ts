import { fileURLToPath } from 'node:url';
import type { Clock } from './clock.ts';
import { openDirectorySource } from './directory/source.ts';
import { openHttpSource } from './http/source.ts';
import type { Acknowledging, Source, TakingOver } from './source.ts';

export interface OpenOptions {
  /** The read token of a control plane. */
  readonly token?: string;
  /** `project/environment` where the address does not say it. */
  readonly environment?: string;
  readonly receiver?: string;
  readonly clock?: Clock;
}

type Carrier = (url: string, options: OpenOptions) => Source & Partial<Acknowledging & TakingOver>;

/** URL scheme → carrier. */
const carriers: Readonly<Record<string, Carrier>> = {
  http: openHttpSource,
  https: openHttpSource,
  dir: (url, options) => openDirectorySource(url.slice('dir:'.length), options),
  file: (url, options) => openDirectorySource(fileURLToPath(url), options),
};

/**
 * The source an address names: `http://…` and `https://…` a control plane, `dir:path`, `file:///…` or a path without scheme a folder.
 * Throws TypeError for a scheme that has no carrier.
 */
export function openSource(
  address: string,
  options: OpenOptions = {},
): Source & Partial<Acknowledging & TakingOver> {
  // One letter before a colon is a drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return openDirectorySource(address, options);
  const carrier = carriers[scheme];
  if (carrier === undefined) {
    throw new TypeError(
      `no carrier for ${scheme}: in ${address}; there are ${Object.keys(carriers).join(', ')}`,
    );
  }
  return carrier(address, options);
}
