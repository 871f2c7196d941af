import type { Store } from '../store/store.ts';
import { Mirror } from './mirror.ts';

/** The environments this process knows. */
export interface Mirrors {
  get(environment: string): Mirror | undefined;
  all(): readonly Mirror[];
  /** Opens the mirror of an environment that has just come to be; the known one where there is one. */
  open(environment: string): Promise<Mirror | undefined>;
  close(): void;
}

/** Reads every environment of the store and follows what other processes write. `log` hears of an environment that cannot be followed. */
export async function openMirrors(store: Store, log: (message: string) => void = () => {}): Promise<Mirrors> {
  const mirrors = new Map<string, Mirror>();
  const opening = new Map<string, Promise<Mirror | undefined>>();

  const open = async (environment: string): Promise<Mirror | undefined> => {
    const known = mirrors.get(environment);
    if (known !== undefined) return known;
    const pending =
      opening.get(environment) ??
      Mirror.open(store, environment).finally(() => {
        opening.delete(environment);
      });
    opening.set(environment, pending);
    const mirror = await pending;
    if (mirror !== undefined) mirrors.set(environment, mirror);
    return mirror;
  };

  for (const environment of await store.environments()) await open(environment);

  const unwatch = store.watch((environment) => {
    const mirror = mirrors.get(environment);
    const follow = mirror === undefined ? open(environment) : mirror.wake();
    follow.catch((error: unknown) => log(`${environment} cannot be followed: ${String(error)}`));
  });

  return {
    get: (environment) => mirrors.get(environment),
    all: () => [...mirrors.values()],
    open,
    close: unwatch,
  };
}
