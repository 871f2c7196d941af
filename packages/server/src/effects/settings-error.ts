/** What somebody wrote for this server does not mean anything; the message says where and what. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
