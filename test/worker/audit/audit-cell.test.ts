/** What an audit says of a cell, by what making it again gives. */
import { expect, test } from 'vitest';
import { CellFailure } from '../../../activities/cell-failure.ts';
import type { CellResult, ExecuteCell } from '../../../activities/compute.ts';
import type { CellRecord, Environment } from '../../../schemas/cell-record.ts';
import { putJson } from '../../../store/json-artifact.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { scratchStore } from '../../../store/scratch-store.ts';
import { auditCell } from '../../../worker/audit/audit-cell.ts';
import { cellNamed, planOf } from '../../activities/rig.ts';
import { sampleRecord } from '../../store/sample-records.ts';

const plan = planOf('study: one\nsteps:\n  only: { use: no-op }\n');
const cell = cellNamed(plan, 'only');
const here: Environment = { host: 'here', platform: 'linux', node: '20', espalier: '0.1.0' };
const backend = (name: string): NonNullable<Environment['backend']> => ({
  name,
  library: '4.22.0',
  mode: 'graph',
  threads: 1,
});

interface Making {
  readonly value: number | Error;
  readonly backend?: string;
}

async function audited(
  recorded: { readonly value: number; readonly backend?: string },
  again: Making,
  changes: Partial<CellRecord> = {},
) {
  const store = createMemoryStore();
  const scratch = scratchStore(store, createMemoryStore());
  const out = await putJson(store, { loss: recorded.value });
  const environment = { ...here, ...(recorded.backend === undefined ? {} : { backend: backend(recorded.backend) }) };
  await store.publish(sampleRecord('only', out.digest, { key: cell.key, outputs: { out }, environment, ...changes }));
  const execute: ExecuteCell = async () => {
    if (again.value instanceof Error) throw again.value;
    const result: CellResult = {
      outputs: { out: await putJson(scratch, { loss: again.value }) },
      notes: {},
      seconds: 1,
      resumedAt: [],
      ...(again.backend === undefined ? {} : { backend: backend(again.backend) }),
    };
    return result;
  };
  const signal = new AbortController().signal;
  const result = await auditCell({ store, scratch, execute, environment: here, signal }, 'study-1', cell);
  const { verdict, detail } = result;
  return { verdict, detail, notes: await store.nondeterminism(), digest: out.digest, store };
}

test('the same bytes are equal, and nothing is noted', async () => {
  expect(await audited({ value: 0.5 }, { value: 0.5 })).toMatchObject({ verdict: 'equal', notes: [] });
});

test('other bytes from the same backend are different, however little, and noted with both digests', async () => {
  const { verdict, detail, notes, digest, store } = await audited(
    { value: 0.5, backend: 'native' },
    { value: 0.50000001, backend: 'native' },
  );
  expect({ verdict, detail }).toEqual({ verdict: 'different', detail: 'out: loss: 0.5 and 0.50000001' });
  expect(notes).toMatchObject([
    {
      found_by: 'audit',
      key: cell.key,
      outputs: { out: { recorded: digest } },
      difference: 'out: loss: 0.5 and 0.50000001',
    },
  ]);
  expect((await store.record(cell.key))?.outputs['out']?.digest).toBe(digest);
});

test('another backend is allowed its rounding, and no more', async () => {
  expect(await audited({ value: 0.5, backend: 'native' }, { value: 0.50001, backend: 'wasm' })).toMatchObject({
    verdict: 'within-tolerance',
    detail: 'out: loss: 0.5 and 0.50001',
  });
  expect(await audited({ value: 0.5, backend: 'native' }, { value: 0.51, backend: 'wasm' })).toMatchObject({
    verdict: 'different',
  });
});

test('what cannot be made again is a failure, with its class', async () => {
  const failure = new CellFailure('diverged', 'the loss is NaN');
  expect(await audited({ value: 1 }, { value: failure })).toMatchObject({
    verdict: 'failed',
    detail: 'diverged: the loss is NaN',
    notes: [],
  });
});

test('a cell whose inputs are gone is said to be so, and is no difference', async () => {
  const part = {
    at: [],
    key: cell.key.replace(/^./, '0') as typeof cell.key,
    output: 'out',
    digest: 'a'.repeat(64) as never,
  };
  const inputs = { parts: { axes: [], parts: [part], missing: [] } };
  expect(await audited({ value: 1 }, { value: 1 }, { inputs })).toMatchObject({
    verdict: 'unavailable',
    detail: expect.stringMatching(/^input parts: the record of its cell 0\w{11} is gone/),
  });
});
