/** Who keeps server and worker of a home up for others: `espalier up`, as a file says that names a living process. */
import { mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { workflowVersion } from '../entry-points.ts';
import { type Home } from '../home.ts';
import { readJsonFile, writeJsonFile } from '../setup/json-file.ts';
import { processMarkSchema } from '../../schemas/process-mark.ts';
import { markProcess, processState } from '../../store/process-life.ts';

const upSchema = z.object({ process: processMarkSchema, workflows: z.string() });

/** The process id of a running `espalier up` of this home. */
export function findUp(home: Home): number | undefined {
  return readUp(home)?.process.pid;
}

/** Whether it serves runs of this version: one that was started before an update serves others. */
export function upServes(home: Home, version: string): boolean {
  return readUp(home)?.workflows === version;
}

function readUp(home: Home): z.output<typeof upSchema> | undefined {
  const up = readJsonFile(home.upFile, upSchema);
  return up !== undefined && processState(up.process) === 'alive' ? up : undefined;
}

/** Says that this process is it, until the returned function is called. */
export function announceUp(home: Home): () => void {
  mkdirSync(home.root, { recursive: true });
  writeJsonFile(home.upFile, { process: markProcess(), workflows: workflowVersion() });
  return () => rmSync(home.upFile, { force: true });
}
