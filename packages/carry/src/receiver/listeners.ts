/** Those who want to hear; they are told in the order they came. */
export interface Listeners<E> {
  tell(event: E): void;
  /** A listener that is given twice hears twice. The answer ends it. */
  add(listener: (event: E) => void): () => void;
}

export function createListeners<E>(): Listeners<E> {
  const all = new Set<(event: E) => void>();
  return {
    tell(event) {
      for (const listener of all) {
        try {
          listener(event);
        } catch (error) {
          // A listener's fault is its owner's, as an uncaught one; who tells goes on.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
    add(listener) {
      const own = (event: E): void => listener(event);
      all.add(own);
      return () => all.delete(own);
    },
  };
}
