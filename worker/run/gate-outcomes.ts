/** The verdicts of a run's gates, from their records. */
import { type GateOutcome, gateOutcomeSchema } from '../../activities/report/gate-outcome.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { getJson } from '../../store/json-artifact.ts';
import { readPlanHead } from '../../store/plan-files.ts';
import type { Store } from '../../store/store.ts';

export type DecidedGate = Exclude<GateOutcome, { readonly verdict: 'undecided' }>;

/** In the order of the study; gates that were not decided are left out. */
export async function gateOutcomes(store: Store, { run, plan }: RunRecord): Promise<DecidedGate[]> {
  const head = await readPlanHead(store, plan);
  const outcomes = await Promise.all(
    head.gates.map(async gate => {
      const artifact = (await store.record(gate.key, run))?.outputs['verdict'];
      return artifact === undefined ? [] : [await getJson(store, artifact.digest, gateOutcomeSchema)];
    }),
  );
  return outcomes.flat().filter((outcome): outcome is DecidedGate => outcome.verdict !== 'undecided');
}
