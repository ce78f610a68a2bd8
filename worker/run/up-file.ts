/** Who keeps server and worker of a home up for others: `espalier up`, as a file says that names a living process. */
import { mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { type Home } from '../home.ts';
import { readJsonFile, writeJsonFile } from '../setup/json-file.ts';
import { processMarkSchema } from '../../schemas/process-mark.ts';
import { markProcess, processState } from '../../store/process-life.ts';

const upSchema = z.object({ process: processMarkSchema });

/** The process id of a running `espalier up` of this home. */
export function findUp(home: Home): number | undefined {
  const up = readJsonFile(home.upFile, upSchema);
  return up !== undefined && processState(up.process) === 'alive' ? up.process.pid : undefined;
}

/** Says that this process is it, until the returned function is called. */
export function announceUp(home: Home): () => void {
  mkdirSync(home.root, { recursive: true });
  writeJsonFile(home.upFile, { process: markProcess() });
  return () => rmSync(home.upFile, { force: true });
}
