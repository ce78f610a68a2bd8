/** What a cell's key is made of, as fields of one line each, beside those of another cell. */
import { canonicalJson, type Json } from '../../schemas/json.ts';
import { type PlanCell, type PlanInput, cellName } from '../../schemas/plan.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';

export interface KeyPart {
  readonly field: string;
  /** As the cell has it, and as the other one has it; undefined where a recipe lacks the field. */
  readonly here: Json | undefined;
  readonly there: Json | undefined;
  readonly differs: boolean;
}

/** A cell and the plan it stands in, which names its inputs. */
export interface PlacedCell {
  readonly cell: PlanCell;
  readonly cells: readonly PlanCell[];
}

/**
 * In the order of the recipe; without another cell nothing differs. An input is what makes it, with the beginning of its
 * key; of several parts, one that the other cell does not get stands for them.
 */
export function keyParts(here: PlacedCell, there: PlacedCell | undefined): KeyPart[] {
  const [own, other] = [fieldsOf(here, there), there === undefined ? undefined : fieldsOf(there, here)];
  const names = [...new Set([...own.keys(), ...(other?.keys() ?? [])])];
  return names.map(field => {
    const [a, b] = [own.get(field), other?.get(field)];
    const differs = other !== undefined && canonicalJson(a?.identity ?? null) !== canonicalJson(b?.identity ?? null);
    return { field, here: a?.shown, there: b?.shown, differs };
  });
}

interface Field {
  readonly shown: Json;
  /** What the key holds of it. */
  readonly identity: Json;
}

function fieldsOf({ cell, cells }: PlacedCell, other: PlacedCell | undefined): ReadonlyMap<string, Field> {
  const plain = (value: Json): Field => ({ shown: value, identity: value });
  const members = (prefix: string, values: { readonly [name: string]: Json }): [string, Field][] =>
    Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, plain(value)]);
  const files = Object.fromEntries(Object.entries(cell.files).map(([name, { digest }]) => [name, { file: digest }]));
  return new Map([
    ['use', plain(cell.use)],
    ['version', plain(cell.version)],
    ...members('with', { ...cell.with, ...files }),
    ...members('seeds', cell.seeds),
    ...(cell.keep.length === 0 ? [] : [['keep', plain([...cell.keep].sort())] as const]),
    ...(stepKinds.get(cell.use)?.keyedByAxes === true ? members('at', cell.at) : []),
    ...Object.entries(cell.inputs).map(
      ([port, input]) => [`inputs.${port}`, inputField(input, cells, other?.cell.inputs[port])] as const,
    ),
  ]);
}

function inputField({ axes, parts }: PlanInput, cells: readonly PlanCell[], other: PlanInput | undefined): Field {
  const identity = { axes, parts: parts.map(({ at, key, output, where }) => ({ at, key, output, where })) };
  const known = new Set(other?.parts.map(({ key }) => key));
  const first = parts.find(({ key }) => !known.has(key)) ?? parts[0];
  if (first === undefined) return { shown: 'nothing', identity };
  const maker = cells[first.cell];
  const name = `${maker === undefined ? '' : `${cellName(maker.step, maker.at)} `}${first.key.slice(0, 8)}`;
  return { shown: parts.length === 1 ? name : `${parts.length}: ${name}, …`, identity };
}
