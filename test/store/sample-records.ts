/** Records, keys and runs for tests of stores. */
import { createHash } from 'node:crypto';
import type { CellRecord, FailedAttempt } from '../../schemas/cell-record.ts';
import { type CellKey, type Digest, cellKeySchema, digestOf } from '../../schemas/identity.ts';
import type { Nondeterminism } from '../../schemas/nondeterminism.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';

/** A key that only this name has. */
export function keyOf(name: string): CellKey {
  return cellKeySchema.parse(createHash('sha256').update(name).digest('hex'));
}

/** A record of cell `name` with one JSON output. */
export function sampleRecord(name: string, output: Digest, changes: Partial<CellRecord> = {}): CellRecord {
  return {
    format: 1,
    key: keyOf(name),
    content_key: keyOf(`content of ${name}`),
    name,
    step: 'step',
    at: { seed: 1 },
    use: 'no-op',
    version: 1,
    with: { sleep: 0 },
    seeds: {},
    keep: [],
    files: {},
    inputs: {},
    outputs: { out: { kind: 'json', digest: output, bytes: 2 } },
    run: 'study-1',
    started: '2026-01-02T03:04:05.678Z',
    seconds: 0.25,
    attempts: [],
    resumed_at: [],
    environment: { host: 'host', platform: 'linux', node: '20', espalier: '0.1.0' },
    notes: {},
    partial: false,
    ...changes,
  };
}

/** Publishes a record whose output is stored first. */
export async function publishSample(store: Store, name: string, changes: Partial<CellRecord> = {}) {
  const output = await store.put(Buffer.from(JSON.stringify(name)));
  const record = sampleRecord(name, output, changes);
  return { record, result: await store.publish(record) };
}

export function sampleRun(study: string, plan: Digest, created = '2026-01-02T03:04:05.678Z'): Omit<RunRecord, 'run'> {
  return { format: 1, study, file: `${study}.yaml`, plan, gates: {}, created, espalier: '0.1.0' };
}

/** The event that cell number `cell` started, `second` seconds into a day. */
export function started(cell: number, second: number): RunEvent {
  return { event: 'cell-started', at: new Date(Date.UTC(2026, 0, 2, 0, 0, second)).toISOString(), cell, attempt: 1 };
}

export const sampleAttempt: FailedAttempt = {
  run: 'study-1',
  class: 'preempted',
  message: 'SIGTERM',
  started: '2026-01-02T03:04:05.678Z',
  seconds: 3,
  lost_seconds: 2,
  host: 'host',
};

/** A note that cell `name` has two results. */
export function sampleNote(name: string, at: string): Nondeterminism {
  const { key, use, version, run, started: begun, environment } = sampleRecord(name, digestOf(name));
  const making = { run, started: begun, environment };
  return {
    format: 1,
    at,
    key,
    name,
    use,
    version,
    found_by: 'publication',
    outputs: { out: { recorded: digestOf(name), again: digestOf(`${name} again`) } },
    recorded: making,
    again: { ...making, run: 'study-2' },
  };
}
