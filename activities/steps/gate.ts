/** `gate`: see schemas/steps/gate. */
import { gate } from '../../schemas/steps/gate.ts';
import { gateVerdict } from '../../stats/gate-verdict.ts';
import { type Interval, noInterval } from '../../stats/interval.ts';
import { endsOf, finiteOrNull } from '../analysis/estimate.ts';
import { type GatePort, type Operand, notesOf, readOperand } from '../analysis/gate-operand.ts';
import { type CellContext, stepBody } from '../step-body.ts';

export const gateBody = stepBody(gate, async cell => {
  const { name, claim, group, op, threshold, needs } = cell.with;
  const operands = await readOperands(cell);
  const { value, interval, notes } = combine(operands, cell.with.absolute);
  const n = fewestUnits(operands);
  const canEverReject = couldReject(operands);
  const verdict = gateVerdict({ value, n, operator: op, threshold, needs });
  const powerless = canEverReject === false ? ['no outcome of this design could have reached significance'] : [];
  const outcome = {
    name,
    claim,
    group: group ?? null,
    value: finiteOrNull(value),
    n: n ?? null,
    ...endsOf(interval),
    op,
    threshold,
    needs,
    verdict,
    can_ever_reject: canEverReject ?? null,
    note: [...notes, ...powerless].join('; ') || null,
    parts: operands.map(operand => ({
      port: operand.port,
      value: finiteOrNull(operand.value),
      n: operand.n ?? null,
      note: operand.note ?? null,
    })),
  };
  return { outputs: { verdict: await cell.writeJson(outcome) } };
});

async function readOperands(cell: CellContext<typeof gate>): Promise<Operand[]> {
  const { value, minus, divide } = cell.with;
  const quantities = { value, minus, divide };
  const ports: readonly GatePort[] = ['value', 'minus', 'divide'];
  const operands: Operand[] = [];
  for (const port of ports) {
    const quantity = quantities[port];
    if (quantity !== undefined) operands.push(await readOperand(cell, port, quantity));
  }
  return operands;
}

interface Estimand {
  readonly value: number;
  readonly interval: Interval;
  readonly notes: readonly string[];
}

/** (value − minus) / divide. Only a value that stands alone keeps its interval: those of the others go with it in ways unknown here. */
function combine(operands: readonly Operand[], absolute: boolean): Estimand {
  const [first] = operands;
  const at = (port: GatePort) => operands.find(operand => operand.port === port)?.value;
  const signed = ((at('value') ?? Number.NaN) - (at('minus') ?? 0)) / (at('divide') ?? 1);
  const alone = operands.length === 1 && first !== undefined ? first.interval : noInterval;
  const notes = [...notesOf(operands), ...(at('divide') === 0 ? ['its divisor is 0'] : [])];
  return absolute
    ? { value: Math.abs(signed), interval: absoluteInterval(alone), notes }
    : { value: signed, interval: alone, notes };
}

/** The absolute values of an interval's numbers. */
function absoluteInterval({ low, high }: Interval): Interval {
  const ends = [Math.abs(low), Math.abs(high)] as const;
  return { low: low <= 0 && high >= 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
}

/** An estimand rests on its weakest part; one part of unknown n leaves all unknown. */
function fewestUnits(operands: readonly Operand[]): number | undefined {
  const counts = operands.map(({ n }) => n);
  return counts.includes(undefined) ? undefined : Math.min(...counts.filter(n => n !== undefined));
}

/** False where one part says so, unknown where none says anything. */
function couldReject(operands: readonly Operand[]): boolean | undefined {
  const said = operands.map(({ canEverReject }) => canEverReject).filter(answer => answer !== undefined);
  return said.length === 0 ? undefined : said.every(Boolean);
}
