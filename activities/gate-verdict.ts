/** A gate's verdict, read from its artifact. */
import { z } from 'zod';
import type { CellKey } from '../schemas/identity.ts';
import type { Store } from '../store/store.ts';

const verdictFile = z.object({ verdict: z.enum(['pass', 'fail', 'inconclusive', 'not_estimable']) });

export type Verdict = z.output<typeof verdictFile>['verdict'];

/** Nothing where the gate has not been decided. */
export async function gateVerdict(store: Store, gate: CellKey, run?: string): Promise<Verdict | undefined> {
  const artifact = (await store.record(gate, run))?.outputs['verdict'];
  if (artifact === undefined) return undefined;
  const bytes = await store.get(artifact.digest, { verify: true });
  return verdictFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).verdict;
}
