/** Who keeps server and worker of a home up for others: `espalier up`, as a file says that names a living process. */
import { mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { workflowVersion } from '../entry-points.ts';
import { type Home } from '../home.ts';
import { readJsonFile, writeJsonFile } from '../setup/json-file.ts';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { markProcess, processState } from '../../store/process-life.ts';

const upSchema = z.object({
  process: processMarkSchema,
  workflows: z.string(),
  /** It was told to leave: who watches a run must not take its place. */
  drained: z.boolean().optional(),
});

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

/** Says that this process is it, until the returned function is called. Of one that was drained, that is kept. */
export function announceUp(home: Home): () => void {
  mkdirSync(home.root, { recursive: true });
  writeJsonFile(home.upFile, { process: markProcess(), workflows: workflowVersion() });
  return () => {
    if (!wasDrained(home)) rmSync(home.upFile, { force: true });
  };
}

/** Says of the `espalier up` that there is that it is told to leave, and that nobody is to take its place unasked. */
export function noteDrain(home: Home): void {
  const up = readJsonFile(home.upFile, upSchema);
  if (up !== undefined) writeJsonFile(home.upFile, { ...up, drained: true });
}

/** Whether the last `espalier up` of this home was told to leave, and no other has come since. */
export function wasDrained(home: Home): boolean {
  return readJsonFile(home.upFile, upSchema)?.drained === true;
}

/** The process that the file names, wherever it is and whether or not it lives. */
export function namedUp(home: Home): ProcessMark | undefined {
  return readJsonFile(home.upFile, upSchema)?.process;
}
