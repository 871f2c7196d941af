import { configcat } from './configcat.ts';
import { flagd } from './flagd.ts';
import { growthbook } from './growthbook.ts';
import { launchdarkly } from './launchdarkly.ts';
import type { Peer } from './peer.ts';
import { unleash } from './unleash.ts';

/** The engines that are compared, by npm package. */
export const peers: readonly Peer[] = [growthbook, flagd, unleash, launchdarkly, configcat];
