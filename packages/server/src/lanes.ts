/** Does what is given, in its lane after all that was given before; lanes do not wait for each other. */
export function createLanes(): <T>(lane: string, work: () => Promise<T>) => Promise<T> {
  const ends = new Map<string, Promise<unknown>>();
  return (lane, work) => {
    const done = (ends.get(lane) ?? Promise.resolve()).then(work);
    const end = done
      .catch(() => {})
      .finally(() => {
        if (ends.get(lane) === end) ends.delete(lane);
      });
    ends.set(lane, end);
    return done;
  };
}
