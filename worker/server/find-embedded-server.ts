/** The embedded server of a home, when one is running. */
import { processState } from '../../store/process-life.ts';
import { askServer } from './ask-server.ts';
import { serverFolderOf } from './server-folder.ts';
import { readServerState } from './server-process.ts';
import { isDatabaseComplete } from './server-version-file.ts';

export interface RunningServer {
  readonly address: string;
  readonly pid: number;
  readonly version: string;
}

/** Undefined unless its process lives, its database is set up and it answers within `answerMs`. */
export async function findEmbeddedServer(home: string, answerMs: number): Promise<RunningServer | undefined> {
  const files = serverFolderOf(home);
  const state = readServerState(files);
  if (state === undefined || processState(state.server) !== 'alive' || !isDatabaseComplete(files)) return undefined;
  const answer = await askServer({ address: state.address }, answerMs);
  if (answer.state === 'silent') return undefined;
  return { address: state.address, pid: state.server.pid, version: state.version };
}
