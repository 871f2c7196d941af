/** What operators have laid over one flag; `until` is milliseconds since 1970, absent: until lifted. */
export interface Override {
  readonly kill?: { readonly until?: number };
  /** Variants for single units, by the flag's unit. */
  readonly targets?: Readonly<Record<string, { readonly variant: string; readonly until?: number }>>;
}
