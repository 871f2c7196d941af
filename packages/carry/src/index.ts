export { doorOf } from './break-glass/ask-peer.ts';
export { BREAK_GLASS_PATH, type BreakGlassView, breakGlassDoor } from './break-glass/door.ts';
export { leaveKill } from './break-glass/kill-folder.ts';
export {
  KILL_REFUSALS,
  type Kill,
  type KillAnswer,
  type KillOrder,
  type KillRefusal,
  LONGEST_KILL,
  readKill,
  signKill,
} from './break-glass/kill-order.ts';
export { type Clock, systemClock } from './clock.ts';
export { type DeveloperParts, developerEnricher } from './developer/developer-enricher.ts';
export { type Folder, readFolder } from './directory/read-folder.ts';
export { type DirectorySourceOptions, openDirectorySource } from './directory/source.ts';
export {
  type FolderReport,
  type FolderWatch,
  type FolderWatchOptions,
  watchFolder,
} from './directory/watch-folder.ts';
export { type HttpSourceOptions, openHttpSource } from './http/source.ts';
export { createMemorySource, type MemorySource, type MemorySourceOptions } from './memory/source.ts';
export { type OpenOptions, openSource } from './open.ts';
export { PROBLEMS, type Problem, type ProblemCode, problemText } from './problem.ts';
export { openKeyring } from './receiver/keyring.ts';
export { SOFT_EXPIRY } from './receiver/machine.ts';
export { openReceiver } from './receiver/open-receiver.ts';
export type { Receiver, ReceiverEvent, ReceiverOptions } from './receiver/receiver.ts';
export { savedHeads } from './receiver/saved-heads.ts';
export { inSlices } from './receiver/slices.ts';
export type { Status } from './receiver/state.ts';
export {
  type Acknowledging,
  type Announced,
  type Ended,
  type Source,
  SourceError,
  type SourceEvent,
  type TakingOver,
} from './source.ts';
