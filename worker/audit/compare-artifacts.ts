/** Two artifacts of one output: where the second first differs from the first, by more than a tolerance. */
import type { Artifact } from '../../schemas/artifact.ts';
import { jsonSchema } from '../../schemas/json.ts';
import { openTable } from '../../store/arrow/open-table.ts';
import { getJson } from '../../store/json-artifact.ts';
import { getWeights } from '../../store/safetensors/weights.ts';
import type { Store } from '../../store/store.ts';
import { getTree } from '../../store/tree-artifact.ts';
import { firstValueDifference } from './compare-values.ts';
import { type NumberTolerance, isClose } from './number-tolerance.ts';

type Reader = Pick<Store, 'get' | 'open'>;

/** Words for people: `row 12, column loss: 0.5 and 0.51`; undefined where nothing differs by more. Both are in the store. */
export async function firstDifference(
  store: Reader,
  [first, second]: readonly [Artifact, Artifact],
  tolerance: NumberTolerance,
): Promise<string | undefined> {
  if (first.kind !== second.kind) return `a ${first.kind} and a ${second.kind}`;
  switch (first.kind) {
    case 'table':
      return tableDifference(store, [first, second], tolerance);
    case 'weights':
      return weightsDifference(store, [first, second], tolerance);
    case 'json': {
      const [a, b] = [await getJson(store, first.digest, jsonSchema), await getJson(store, second.digest, jsonSchema)];
      return firstValueDifference(a, b, tolerance);
    }
    case 'tree':
      return treeDifference(store, [first, second]);
  }
}

type Pair = readonly [Artifact, Artifact];

async function tableDifference(store: Reader, [a, b]: Pair, tolerance: NumberTolerance): Promise<string | undefined> {
  const [first, second] = [await openTable(store, a.digest), await openTable(store, b.digest)];
  const columns = firstValueDifference(Object.entries(first.columns), Object.entries(second.columns), tolerance);
  if (columns !== undefined) return `other columns (${columns})`;
  if (first.rows !== second.rows) return `${first.rows} rows and ${second.rows}`;
  const others = second.rowsOf()[Symbol.asyncIterator]();
  let index = 0;
  for await (const row of first.rowsOf()) {
    const other = await others.next();
    if (other.done === true) return `no row ${index} in the second`;
    for (const column of Object.keys(first.columns)) {
      const difference = firstValueDifference(row[column], other.value[column], tolerance);
      if (difference !== undefined) return `row ${index}, column ${column}: ${difference}`;
    }
    index += 1;
  }
  return undefined;
}

async function weightsDifference(store: Reader, [a, b]: Pair, tolerance: NumberTolerance): Promise<string | undefined> {
  const [first, second] = [await getWeights(store, a.digest), await getWeights(store, b.digest)];
  for (const [name, { shape, data }] of first.tensors) {
    const other = second.tensors.get(name);
    if (other === undefined) return `no tensor ${name} in the second`;
    if (shape.join() !== other.shape.join())
      return `tensor ${name}: shape [${shape.join()}] and [${other.shape.join()}]`;
    const scale = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const at = data.findIndex((value, index) => !isClose(value, other.data[index] ?? Number.NaN, tolerance, scale));
    if (at >= 0) return `tensor ${name}, element ${at}: ${data[at]} and ${other.data[at]}`;
  }
  const extra = [...second.tensors.keys()].find(name => !first.tensors.has(name));
  if (extra !== undefined) return `no tensor ${extra} in the first`;
  const metadata = firstValueDifference(first.metadata, second.metadata, tolerance);
  return metadata === undefined ? undefined : `metadata ${metadata}`;
}

/** Files are bytes to us: they are the same or not. */
async function treeDifference(store: Reader, [a, b]: Pair): Promise<string | undefined> {
  const [first, second] = [await filesOf(store, a), await filesOf(store, b)];
  for (const [path, digest] of first) if (second.get(path) !== digest) return `file ${path}`;
  const extra = [...second.keys()].find(path => !first.has(path));
  return extra === undefined ? undefined : `file ${extra}`;
}

async function filesOf(store: Reader, { digest }: Artifact): Promise<ReadonlyMap<string, string>> {
  const { files } = await getTree(store, digest);
  return new Map(files.map(file => [file.path, file.digest]));
}
