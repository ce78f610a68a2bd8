/** The columns that tables will have, as far as step kinds declare them. */
import { type OutputPort, outputPorts } from '../schemas/step-kind.ts';
import type { ColumnType } from '../schemas/table-schema.ts';
import type { Axis } from './axis.ts';
import type { FlatStep } from './flat-step.ts';
import type { ShapedInput, ShapedStep } from './shaped-step.ts';

export interface TableColumns {
  readonly columns: ReadonlyMap<string, ColumnType>;
  /** It may have more, which only the data decide. */
  readonly isOpen: boolean;
}

/** The columns of every table that a step gives, by output: those it declares, and those that come through from an input. */
export function tablesOf(step: FlatStep, inputs: readonly ShapedInput[]): ReadonlyMap<string, TableColumns> {
  const tables = Object.entries(outputPorts(step.kind)).filter(([, { kind }]) => kind === 'table');
  return new Map(tables.map(([output, port]) => [output, columnsOfPort(port, inputs)]));
}

function columnsOfPort({ columns, passes, open }: OutputPort, inputs: readonly ShapedInput[]): TableColumns {
  const passed = passes === undefined ? undefined : inputs.find(({ input }) => input.port === passes);
  const through = passed === undefined ? noColumns : columnsAt(passed);
  const isUndeclared = columns === undefined && passes === undefined;
  return {
    columns: new Map([...Object.entries(columns ?? {}), ...through.columns]),
    isOpen: open === true || isUndeclared || through.isOpen,
  };
}

const noColumns: TableColumns = { columns: new Map(), isOpen: false };

/** The columns of an output; none where it is no table. */
export function columnsOf({ tables }: ShapedStep, output: string): TableColumns {
  return tables.get(output) ?? noColumns;
}

/** The columns of what arrives at an input: gathered axes become columns. */
export function columnsAt({
  source,
  output,
  gathered,
}: Pick<ShapedInput, 'source' | 'output' | 'gathered'>): TableColumns {
  const { columns, isOpen } = columnsOf(source, output);
  const axes = gathered.map((axis: Axis): [string, ColumnType] => [axis.name, 'category']);
  return { columns: new Map([...axes, ...columns]), isOpen };
}

/** Whether a column of one type can be read as another. */
export function isReadableAs(found: ColumnType, wanted: ColumnType): boolean {
  if (found === wanted) return true;
  if (wanted === 'float32[d]') return /^float32\[\d+\]$/.test(found);
  // A dictionary-encoded string is read like any other.
  return isText(found) && isText(wanted);
}

function isText(type: ColumnType): boolean {
  return type === 'utf8' || type === 'category';
}
