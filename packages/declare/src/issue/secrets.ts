/** Blanks user and password of addresses in a text, as wide as they are: no issue, excerpt or diff prints one. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(?<=:\/\/)[^\s/?#@"']+(?=@)/g, (secret) => '*'.repeat(secret.length));
}
