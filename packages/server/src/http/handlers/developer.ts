import {
  type DeveloperToken,
  type DeveloperTokenRequest,
  developerPayload,
  type RouteId,
  writeDeveloperToken,
} from '@ombre/protocol';
import type { Keyring } from '../../keys/keyring.ts';
import type { Handler } from '../handler.ts';

/** Signs tokens of developers with the key that signs snapshots: whoever can verify those can verify these. */
export function developerHandlers(options: {
  readonly keyring: Pick<Keyring, 'signer'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): Record<Extract<RouteId, 'makeDeveloperToken'>, Handler> {
  return {
    makeDeveloperToken({ place: { environment }, body }): DeveloperToken {
      const { developer, milliseconds } = body as DeveloperTokenRequest;
      const issued = options.now();
      const claim = { environment, developer, issued, expires: issued + milliseconds };
      const { key, sign } = options.keyring.signer();
      const token = writeDeveloperToken(claim, key, sign(developerPayload(claim, key)));
      return { token, developer, environment, expires: claim.expires };
    },
  };
}
