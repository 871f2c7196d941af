/** The two halves of `project/environment`. */
export interface EnvironmentName {
  readonly project: string;
  readonly name: string;
}

/** Takes `project/environment` apart; throws where it is none, which the edge has refused before. */
export function environmentName(environment: string): EnvironmentName {
  const slash = environment.indexOf('/');
  if (slash < 1 || slash === environment.length - 1)
    throw new Error(`"${environment}" is no project/environment`);
  return { project: environment.slice(0, slash), name: environment.slice(slash + 1) };
}

/** Takes `Kind/name` apart. */
export function resourceName(key: string): { readonly kind: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash), name: key.slice(slash + 1) };
}
