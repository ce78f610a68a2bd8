/** How a process reaches Temporal: the embedded server by its address, any other as Temporal's own clients would. */
import { loadClientConnectConfig } from '@temporalio/envconfig';

export interface TemporalTarget {
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

/** The namespace of the embedded server. */
const embeddedNamespace = 'default';

/** With an address, the embedded server there; without, what TEMPORAL_* variables and profiles say. */
export function temporalTarget(embeddedAddress: string | undefined): TemporalTarget {
  if (embeddedAddress !== undefined) return { connection: { address: embeddedAddress }, namespace: embeddedNamespace };
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connection: connectionOptions, namespace: namespace ?? embeddedNamespace };
}
