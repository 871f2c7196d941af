/** Lets one piece of work through at a time: the most urgent of those that wait, then the one that waited longest. */
export interface Turnstile {
  /** `urgent` is asked when there is room again, so that waiting work may become urgent. */
  pass<T>(urgent: () => boolean, work: () => Promise<T>): Promise<T>;
}

export function createTurnstile(): Turnstile {
  const waiting: { readonly urgent: () => boolean; readonly go: () => void }[] = [];
  let busy = false;

  function next(): void {
    const index = waiting.findIndex(({ urgent }) => urgent());
    const [job] = waiting.splice(Math.max(0, index), 1);
    busy = job !== undefined;
    job?.go();
  }

  return {
    pass: (urgent, work) =>
      new Promise((resolve, reject) => {
        const go = (): void => void work().then(resolve, reject).finally(next);
        waiting.push({ urgent, go });
        if (!busy) next();
      }),
  };
}
