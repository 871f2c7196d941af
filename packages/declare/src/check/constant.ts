/** What a condition without attributes comes to, where that is plain to see. */
export function constantOf(condition: string): boolean | undefined {
  const text = condition.trim();
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}
