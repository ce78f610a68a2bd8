/** The study's axes with their values: listed, counted, ranged, from a param or from a data file. */
import { type Json, canonicalJson } from '../schemas/json.ts';
import type { AxisValue } from '../schemas/plan.ts';
import type { AxisDeclaration } from '../schemas/study.ts';
import { type Axis, axisOf } from './axis.ts';
import { isList } from './cel-value.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { isReservedWord } from './expression.ts';
import { largestAxisFileBytes, mostAxisValues } from './limits.ts';
import { reservedName } from './reserved-name.ts';
import { type Place, below, valueLocation } from './place.ts';
import { RowColumnProblem, readColumn, textOf } from './row-column.ts';
import { describeValue } from './describe-value.ts';
import { type SourceFiles, pathBeside } from './source-files.ts';
import { isConstant } from './term.ts';

export interface AxesContext extends TermContext {
  readonly files: SourceFiles;
}

/** Axes by name, in the order of the study; undefined where one has problems, which are listed. */
export function resolveAxes(
  declarations: { readonly [name: string]: AxisDeclaration },
  place: Place,
  context: AxesContext,
): ReadonlyMap<string, Axis | undefined> {
  return new Map(
    Object.entries(declarations).map(([name, declared], index) => {
      const at = below(place, name);
      if (isReservedWord(name)) {
        context.list.add(reservedName(name, at));
        return [name, undefined];
      }
      const values = new AxisReader(name, at, context).values(declared);
      return [name, values && axisOf({ index, name, values, place: at })];
    }),
  );
}

/** Reads the values of one axis. */
class AxisReader {
  readonly #name: string;
  readonly #place: Place;
  readonly #context: AxesContext;

  constructor(name: string, place: Place, context: AxesContext) {
    this.#name = name;
    this.#place = place;
    this.#context = context;
  }

  values(declared: AxisDeclaration): readonly AxisValue[] | undefined {
    const values = this.#declared(declared);
    if (values === undefined) return undefined;
    if (values.length === 0) return this.#refuse('has no values', 'Give it at least one value.');
    if (values.length > mostAxisValues) return this.#tooMany(values.length);
    return this.#withoutDuplicates(values) ? values : undefined;
  }

  #declared(declared: AxisDeclaration): readonly AxisValue[] | undefined {
    if (typeof declared === 'string') return this.#scalars(this.#constant(declared, this.#place));
    if (isList(declared)) return this.#scalars(this.#constant(declared, this.#place));
    if ('count' in declared) return this.#counted(this.#number(declared.count, 'count'));
    if ('range' in declared) return this.#ranged(declared);
    return this.#fromFile(declared);
  }

  #counted(count: number | undefined): readonly AxisValue[] | undefined {
    if (count === undefined) return undefined;
    if (!Number.isInteger(count) || count < 1)
      return this.#refuse(`has the count ${count}`, 'Let the count be a whole number from 1.', 'count');
    if (count > mostAxisValues) return this.#tooMany(count);
    return Array.from({ length: count }, (_, index) => index);
  }

  #ranged({
    range,
    step: written = 1,
  }: Extract<AxisDeclaration, { range: unknown }>): readonly AxisValue[] | undefined {
    const from = this.#number(range[0], 'range', 0);
    const to = this.#number(range[1], 'range', 1);
    const step = this.#number(written, 'step');
    if (from === undefined || to === undefined || step === undefined) return undefined;
    if (step === 0 || (to - from) / step < 0) {
      return this.#refuse(
        `never comes from ${from} to ${to} in steps of ${step}`,
        'Swap the ends of the range, or give `step` the other sign.',
        'range',
      );
    }
    // The tolerance keeps the end in where binary fractions fall just short of it: 0 to 0.3 in steps of 0.1.
    const count = Math.floor((to - from) / step + 1e-9) + 1;
    if (count > mostAxisValues) return this.#tooMany(count);
    return Array.from({ length: count }, (_, index) => Number((from + index * step).toPrecision(12)));
  }

  #fromFile({ file, column }: Extract<AxisDeclaration, { file: unknown }>): readonly AxisValue[] | undefined {
    const { files, list } = this.#context;
    const path = pathBeside(this.#place.document.file, file);
    const location = valueLocation(below(this.#place, 'file'));
    const bytes = files.read(path);
    if (bytes === undefined) {
      list.add({
        reason: 'bad-axis-file',
        location,
        message: `There is no file \`${path}\`.`,
        remedy: 'Paths begin at the folder of the study.',
      });
      return undefined;
    }
    if (bytes.length > largestAxisFileBytes) {
      const message = `The file has ${bytes.length} bytes; an axis is read from at most ${largestAxisFileBytes}.`;
      list.add({ reason: 'bad-axis-file', location, message, remedy: 'Write the column into a file of its own.' });
      return undefined;
    }
    try {
      return readColumn(path, textOf(bytes), column);
    } catch (error) {
      if (!(error instanceof RowColumnProblem)) throw error;
      const at = valueLocation(below(this.#place, error.on));
      list.add({
        reason: 'bad-axis-file',
        location: at,
        message: `\`${path}\`: ${error.message}`,
        remedy: error.remedy,
      });
      return undefined;
    }
  }

  /** Plain values from what a list or an expression gave. */
  #scalars(value: Json | undefined): readonly AxisValue[] | undefined {
    if (value === undefined) return undefined;
    if (!isList(value))
      return this.#refuse(`is given ${describeValue(value)}, which is no list`, 'Let the expression give a list.');
    const scalars = value.flatMap((item): AxisValue[] =>
      typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' ? [item] : [],
    );
    return scalars.length === value.length
      ? scalars
      : this.#refuse('holds lists or maps', 'Use text, numbers, `true` and `false`.');
  }

  #number(written: number | string, ...path: (string | number)[]): number | undefined {
    const value = this.#constant(written, below(this.#place, ...path));
    if (value === undefined || typeof value === 'number') return value;
    this.#context.list.add({
      reason: 'bad-axis',
      location: valueLocation(below(this.#place, ...path)),
      message: `The axis \`${this.#name}\` needs a number here; this is ${describeValue(value)}.`,
      remedy: 'Let the expression give a number.',
    });
    return undefined;
  }

  #constant(written: Json, place: Place): Json | undefined {
    const term = compileTerm(written, place, this.#context);
    return term === undefined || !isConstant(term) ? undefined : evaluateConstant(term, this.#context.list);
  }

  #withoutDuplicates(values: readonly AxisValue[]): boolean {
    const seen = new Set<AxisValue>();
    const twice = values.findIndex(value => seen.size === seen.add(value).size);
    if (twice === -1) return true;
    addDuplicate(this.#name, this.#place, { values, twice }, this.#context.list);
    return false;
  }

  #tooMany(count: number): undefined {
    const most = mostAxisValues.toLocaleString('en');
    return this.#refuse(`has ${count.toLocaleString('en')} values; at most ${most} are possible`, 'Split the study.');
  }

  #refuse(fault: string, remedy: string, ...path: (string | number)[]): undefined {
    const location = valueLocation(below(this.#place, ...path));
    this.#context.list.add({ reason: 'bad-axis', location, message: `The axis \`${this.#name}\` ${fault}.`, remedy });
  }
}

function addDuplicate(
  name: string,
  place: Place,
  { values, twice }: { readonly values: readonly AxisValue[]; readonly twice: number },
  list: DiagnosticList,
): void {
  const value = values[twice] ?? '';
  const first = values.indexOf(value);
  list.add({
    reason: 'bad-axis',
    location: valueLocation(below(place, twice)),
    message: `The axis \`${name}\` has the value ${canonicalJson(value)} twice.`,
    remedy: 'Remove one of them: an axis names each value once.',
    related: [
      { location: valueLocation(below(place, first)), note: `value ${first + 1}, here, and value ${twice + 1}` },
    ],
  });
}
