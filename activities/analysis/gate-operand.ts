/** One scalar of a gate's estimand, read from what arrives at a port: a metric that a cell reported, or rows of a table. */
import type { z } from 'zod';
import { metricsSchema } from '../../schemas/metric.ts';
import type { gate } from '../../schemas/steps/gate.ts';
import type { Row } from '../../schemas/table-schema.ts';
import { type Interval, noInterval } from '../../stats/interval.ts';
import { CellFailure } from '../cell-failure.ts';
import { rowPredicate } from '../row-expression.ts';
import type { CellContext } from '../step-body.ts';
import { counted } from './counted.ts';
import { namedColumn, numberColumn, plainColumns, type PortTable } from './named-column.ts';
import { type Take, takeNumber } from './take.ts';

type GateContext = CellContext<typeof gate>;
export type GatePort = 'value' | 'minus' | 'divide';
type Quantity = z.output<(typeof gate)['with']>['value'];
type RowQuantity = Extract<Quantity, { readonly take: Take }>;

export interface Operand {
  readonly port: GatePort;
  /** NaN where it is not estimable; `note` then says why. */
  readonly value: number;
  /** Independent units behind it; undefined where the metric says none. */
  readonly n: number | undefined;
  readonly interval: Interval;
  readonly canEverReject: boolean | undefined;
  readonly note: string | undefined;
}

/** Reads the operand at a port; a `CellFailure` where the port's artifact has no such metric or column. */
export async function readOperand(cell: GateContext, port: GatePort, quantity: Quantity): Promise<Operand> {
  if (cell.parts(port).length === 0) return absent(port, 'what it is read from has no result');
  return 'metric' in quantity ? readMetric(cell, port, quantity.metric) : readRows(cell, port, quantity);
}

async function readMetric(cell: GateContext, port: GatePort, name: string): Promise<Operand> {
  const metrics = new Map(Object.entries(await cell.json(port, metricsSchema)));
  const metric = metrics.get(name);
  if (metric === undefined) {
    throw new CellFailure('user', `\`${port}\` reads the metric \`${name}\`; it has ${[...metrics.keys()].join(', ')}`);
  }
  const unknown = metric.n === undefined ? 'it does not say how many independent units are behind it' : undefined;
  return {
    port,
    value: metric.value ?? Number.NaN,
    n: metric.n,
    interval: { low: metric.low ?? Number.NaN, high: metric.high ?? Number.NaN },
    canEverReject: metric.can_ever_reject,
    note: [metric.note, unknown].filter(part => part !== undefined).join('; ') || undefined,
  };
}

/** Columns that tables of estimates have beside an estimate: its independent units, and whether its test could reject. */
const unitsColumn = 'units';
const rejectColumn = 'can_ever_reject';

async function readRows(cell: GateContext, port: GatePort, quantity: RowQuantity): Promise<Operand> {
  const odd = cell.parts(port).find(({ artifact }) => artifact.kind !== 'table');
  if (odd !== undefined) {
    throw new CellFailure('user', `\`${port}\` reads rows, and what arrived is no table but ${odd.artifact.kind}`);
  }
  const source = { port, table: await cell.table(port) };
  const { column, take } = quantity;
  if (take === 'count') namedColumn(source, { parameter: 'column', column });
  else numberColumn(source, { parameter: 'column', column });
  const { rows, among } = await selectedRows(source, quantity);
  const values = rows.map(row => numberIn(row[column], take));
  const taken = takeNumber(values, take);
  const { n, counts } = unitsOf(taken.n, take, rows[0]);
  const gone = values.filter(value => value === null).length;
  const estimable = Number.isFinite(taken.value);
  const left = gone === 0 || take === 'first' ? undefined : `${counted(gone, 'row')} without a number left out`;
  const why =
    rows.length === 0 ? `none of ${counted(among, 'row')} fits` : `no ${take} of ${counted(taken.n, 'number')}`;
  return {
    port,
    value: taken.value,
    n,
    interval: taken.interval,
    canEverReject: take === 'first' ? truthIn(rows[0]?.[rejectColumn]) : undefined,
    note: estimable ? [counts, left].filter(part => part !== undefined).join('; ') : why,
  };
}

/** The estimate of a row counts the units that the row says; numbers of several rows count as one unit each. */
function unitsOf(numbers: number, take: Take, row: Row | undefined): { readonly n: number; readonly counts: string } {
  const units = row?.[unitsColumn];
  if (take === 'first' && typeof units === 'number') return { n: units, counts: `n is the row’s \`${unitsColumn}\`` };
  return { n: numbers, counts: 'n counts rows' };
}

async function selectedRows(
  source: PortTable,
  { column, where }: RowQuantity,
): Promise<{ readonly rows: readonly Row[]; readonly among: number }> {
  const types = source.table.columns;
  const known = plainColumns(source);
  const holds = rowPredicate(where, Object.fromEntries(Object.entries(types).filter(([name]) => known.includes(name))));
  const beside = known.filter(name => name === unitsColumn || name === rejectColumn);
  const columns = [...new Set([column, ...beside, ...(where === undefined ? [] : known)])];
  const rows: Row[] = [];
  let among = 0;
  for await (const row of source.table.rowsOf({ columns })) {
    among += 1;
    if (holds(row)) rows.push(row);
  }
  return { rows, among };
}

/** `count` counts values of any type. */
function numberIn(value: Row[string] | undefined, take: Take): number | null {
  if (typeof value === 'number') return value;
  return take === 'count' && value !== null && value !== undefined ? 1 : null;
}

function truthIn(value: Row[string] | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function absent(port: GatePort, note: string): Operand {
  return { port, value: Number.NaN, n: undefined, interval: noInterval, canEverReject: undefined, note };
}

/** Notes of several operands, each with its port where there are several. */
export function notesOf(operands: readonly Operand[]): string[] {
  const noted = operands.flatMap(({ port, note }) => (note === undefined ? [] : [{ port, note }]));
  return operands.length === 1 ? noted.map(({ note }) => note) : noted.map(({ port, note }) => `${port}: ${note}`);
}
