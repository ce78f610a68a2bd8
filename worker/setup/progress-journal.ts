/** Progress of one process, followed by others that wait for its work: one JSON line for each line of progress. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Progress } from './progress.ts';

const lineSchema = z.object({ topic: z.string(), text: z.string() });

/** Starts the journal `file` anew; what the result is called with goes there and to `progress`. */
export function writeJournal(file: string, progress: Progress): Progress {
  writeFileSync(file, '');
  return line => {
    // Synchronous, so that lines of a process about to be killed are there, in order; they are few.
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    progress(line);
  };
}

const followEveryMs = 250;

/** Tells `progress` what is added to the journal from now on; the result ends it, after a last look. */
export function followJournal(file: string, progress: Progress): () => Promise<void> {
  let told: number | undefined;
  const look = async () => {
    const lines = await journalLines(file);
    // A journal that got shorter was started anew.
    const from = told === undefined ? lines.length : told > lines.length ? 0 : told;
    told = lines.length;
    for (const line of lines.slice(from)) progress(line);
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, followEveryMs);
  return async () => {
    clearInterval(timer);
    await looking;
    await look();
  };
}

async function journalLines(file: string): Promise<z.infer<typeof lineSchema>[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // The part after the last newline is being written.
  const complete = text.split('\n').slice(0, -1);
  return complete.flatMap(line => {
    const parsed = lineSchema.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
