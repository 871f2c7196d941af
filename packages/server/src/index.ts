export type { Restored } from './backup/restore-backup.ts';
export { SettingsError } from './effects/settings-error.ts';
export { createLog, type Log } from './http/log.ts';
export { DEFAULT_HOST, DEFAULT_PORT, startServer } from './main.ts';
export { type RestoreServerOptions, restoreServer } from './restore-server.ts';
export type { RunningServer } from './running-server.ts';
export type { ServerOptions } from './server-options.ts';
export { StoreError, type StoreErrorCode } from './store/store.ts';
