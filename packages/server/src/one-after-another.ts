/** Work that is done one piece after the other, in the order it came. */
export interface OneAfterAnother {
  /** Begins when all that came before has ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when all that came so far has ended. */
  idle(): Promise<void>;
}

export function oneAfterAnother(): OneAfterAnother {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const now = last.then(work);
      last = now.catch(() => {});
      return now;
    },
    idle: () => last.then(() => {}),
  };
}
