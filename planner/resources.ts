/** What a cell asks of the worker that runs it: numbers, or texts with units. */
import type { Json } from '../schemas/json.ts';
import { type Resources, defaultResources, type StepKind } from '../schemas/step-kind.ts';
import { describeValue } from './describe-value.ts';

/** What is wrong with a resource, as the end of a sentence, and an example. */
export class ResourceProblem extends Error {
  override readonly name = 'ResourceProblem';
  readonly resource: string;

  constructor(resource: string, message: string) {
    super(message);
    this.resource = resource;
  }
}

/** Bytes per unit: decimal and binary. */
const memoryUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** Seconds per unit. */
const timeUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** A study's word over the kind's over the defaults; a `ResourceProblem` where a value is none. */
export function resourcesOf(kind: StepKind, written: ReadonlyMap<string, Json>): Resources {
  const said = (resource: keyof Resources, units: ReadonlyMap<string, number>) => {
    const value = written.get(resource);
    return value === undefined
      ? (kind.resources?.[resource] ?? defaultResources[resource])
      : amount(resource, value, units);
  };
  const plain = new Map([['', 1]]);
  const gpu = said('gpu', plain);
  if (!Number.isInteger(gpu)) throw new ResourceProblem('gpu', `GPUs are counted in whole numbers; this is ${gpu}`);
  return { cpu: said('cpu', plain), gpu, memory: said('memory', memoryUnits), time: said('time', timeUnits) };
}

function amount(resource: keyof Resources, value: Json, units: ReadonlyMap<string, number>): number {
  const [, digits = '', unit = ''] =
    /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*$/.exec(
      typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
    ) ?? [];
  const factor = units.get(unit);
  const number = Number(digits) * (factor ?? 0);
  const isEnough = number > 0 || (resource === 'gpu' && number === 0);
  if (digits !== '' && factor !== undefined && isEnough) return number;
  const names = [...units.keys()].filter(name => name !== '');
  throw new ResourceProblem(
    resource,
    `\`${resource}\` must be a number above 0${names.length === 0 ? '' : `, alone or with a unit (${names.join(', ')})`}; it is ${describeValue(value)}`,
  );
}
