import { expect, test } from 'vitest';
import type { Artifact } from '../../../schemas/artifact.ts';
import { writeRows } from '../../../store/arrow/table-writer.ts';
import { putJson } from '../../../store/json-artifact.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { putWeights } from '../../../store/safetensors/weights.ts';
import { putTree } from '../../../store/tree-artifact.ts';
import { firstDifference } from '../../../worker/audit/compare-artifacts.ts';
import { declaredTolerances, exactly } from '../../../worker/audit/number-tolerance.ts';

const store = createMemoryStore();

const table = (...losses: (number | null)[]) =>
  writeRows(
    store,
    { name: 'utf8', loss: 'float64', tokens: 'int32[]' },
    losses.map((loss, index) => ({ name: `row ${index}`, loss, tokens: [index, 7] })),
  );
const weights = (values: readonly number[], shape = [values.length], metadata = {}) =>
  putWeights(store, new Map([['w', { shape, data: Float32Array.from(values) }]]), metadata);
const tree = async (text: string) => {
  const bytes = Buffer.from(text);
  return putTree(store, [{ path: 'a/b', digest: await store.put(bytes), bytes: bytes.length }]);
};

type Given = () => Promise<readonly [Artifact, Artifact]>;
const pair = (a: Promise<Artifact>, b: Promise<Artifact>) => Promise.all([a, b]);

/** Exactly; and by the tolerance of the kind. */
const cases: readonly (readonly [string, Given, string | undefined, string | undefined])[] = [
  ['equal tables', () => pair(table(1, 2), table(1, 2)), undefined, undefined],
  ['tables a rounding apart', () => pair(table(1, 2), table(1, 2.0001)), 'row 1, column loss: 2 and 2.0001', undefined],
  [
    'tables further apart',
    () => pair(table(1, 2, 3), table(1, 2.001, 9)),
    'row 1, column loss: 2 and 2.001',
    'row 1, column loss: 2 and 2.001',
  ],
  [
    'a value and none',
    () => pair(table(0), table(null)),
    'row 0, column loss: 0 and null',
    'row 0, column loss: 0 and null',
  ],
  ['tables of other lengths', () => pair(table(1), table(1, 2)), '1 rows and 2', '1 rows and 2'],
  [
    'weights that differ by less than a ten thousandth of the largest',
    () => pair(weights([10, 1e-5]), weights([10, 3e-5])),
    'tensor w, element 1: 0.000009999999747378752 and 0.000029999999242136255',
    undefined,
  ],
  [
    'weights that differ by more',
    () => pair(weights([10, 1]), weights([10, 1.1])),
    'tensor w, element 1: 1 and 1.100000023841858',
    'tensor w, element 1: 1 and 1.100000023841858',
  ],
  [
    'weights of other shapes',
    () => pair(weights([1, 2]), weights([1, 2], [2, 1])),
    'tensor w: shape [2] and [2,1]',
    'tensor w: shape [2] and [2,1]',
  ],
  [
    'weights of other metadata',
    () => pair(weights([1], [1], { base: 'a' }), weights([1], [1], { base: 'b' })),
    'metadata base: "a" and "b"',
    'metadata base: "a" and "b"',
  ],
  [
    'json deep down',
    () => pair(putJson(store, { a: [{ b: 1 }] }), putJson(store, { a: [{ b: 2 }] })),
    'a[0].b: 1 and 2',
    'a[0].b: 1 and 2',
  ],
  [
    'json without a field',
    () => pair(putJson(store, { a: 1 }), putJson(store, {})),
    'a: 1 and nothing',
    'a: 1 and nothing',
  ],
  ['trees', () => pair(tree('one'), tree('two')), 'file a/b', 'file a/b'],
  ['kinds', () => pair(putJson(store, 1), table(1)), 'a json and a table', 'a json and a table'],
];

test.each(cases)(
  '%s: the first difference is told, and what a tolerance allows is none',
  async (_, given, exact, tolerated) => {
    const both = await given();
    const { kind } = both[0];
    expect(await firstDifference(store, both, exactly)).toBe(exact);
    expect(await firstDifference(store, both, kind === 'tree' ? exactly : declaredTolerances[kind])).toBe(tolerated);
  },
);
