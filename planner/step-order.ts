/** An order in which every step follows what it needs, and the cycles in which there is none. */
import type { Connections } from './connect.ts';
import type { FlatInput, FlatStep } from './flat-step.ts';
import type { FlatGate, Skip } from './gates.ts';
import { valueLocation } from './place.ts';
import type { Planning } from './planning.ts';

/** A gate that may skip a step. */
export interface Guard {
  readonly gate: FlatGate;
  readonly verdicts: Skip['verdicts'];
}

export type Guards = ReadonlyMap<FlatStep, readonly Guard[]>;

/** Why one step comes after another. */
type Need = { readonly step: FlatStep; readonly input: FlatInput } | { readonly step: FlatStep; readonly guard: Guard };

/**
 * The steps in an order in which each follows what it needs; otherwise they stay in the order of the study. Steps in a
 * cycle are listed with every hop and become faulty.
 */
export function orderSteps(
  steps: readonly FlatStep[],
  connections: Connections,
  guards: Guards,
  planning: Planning,
): FlatStep[] {
  const states = new Map<FlatStep, 'open' | 'done'>();
  const ordered: FlatStep[] = [];
  for (const start of steps) {
    const stack = states.has(start) ? [] : [frameOf(start, connections, guards)];
    states.set(start, states.get(start) ?? 'open');
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const need = frame.needs[frame.next++];
      const state = need && states.get(need.step);
      if (need === undefined) {
        states.set(frame.step, 'done');
        ordered.push(frame.step);
        stack.pop();
      } else if (state === 'open') {
        addCycle(stack.slice(stack.findIndex(each => each.step === need.step)), planning);
      } else if (state === undefined) {
        states.set(need.step, 'open');
        stack.push(frameOf(need.step, connections, guards));
      }
    }
  }
  return ordered;
}

interface Frame {
  readonly step: FlatStep;
  readonly needs: readonly Need[];
  /** Index of the need that is looked at next. */
  next: number;
}

function frameOf(step: FlatStep, connections: Connections, guards: Guards): Frame {
  return { step, needs: needsOf(step, connections, guards), next: 0 };
}

function needsOf(step: FlatStep, connections: Connections, guards: Guards): Need[] {
  return [
    ...(connections.get(step) ?? []).map(input => ({ step: input.source.step, input })),
    ...(guards.get(step) ?? []).map(guard => ({ step: guard.gate.step, guard })),
  ];
}

/** Each frame of a cycle needs the next one; the last needs the first. */
function addCycle(cycle: readonly Frame[], { list, faulty }: Planning): void {
  const hops = cycle.flatMap(({ step, needs, next }) => {
    const need = needs[next - 1];
    return need === undefined || !('input' in need) ? [] : [{ step, need }];
  });
  for (const { step } of hops) faulty.add(step);
  const [first, ...others] = hops;
  if (first === undefined) return;
  const names = [...hops.map(({ step }) => step), first.step].map(step => `\`${step.localName}\``);
  list.add({
    reason: 'cycle',
    location: valueLocation(first.need.input.place),
    message: `Steps need each other in a cycle: ${names.join(' needs ')}.`,
    remedy: 'Take one of these inputs from a step outside the cycle.',
    related: others.map(({ step, need }) => ({
      location: valueLocation(need.input.place),
      note: `\`${step.localName}\` takes \`${need.input.port}\` from \`${need.step.localName}\``,
    })),
  });
}

/**
 * What gates may skip, by step. A gate that depends on what it would skip could never be decided: it is listed with
 * every hop, and skips nothing.
 */
export function guardSteps(gates: readonly FlatGate[], connections: Connections, planning: Planning): Guards {
  const guards = new Map<FlatStep, Guard[]>();
  for (const gate of gates) {
    for (const skip of gate.skips) {
      const path = pathTo(gate.step, new Set(skip.steps), needed => needsOf(needed, connections, guards));
      if (path !== undefined) addOwnSkip(gate, skip, path, planning);
      else for (const step of skip.steps) addGuard(guards, step, { gate, verdicts: skip.verdicts });
    }
  }
  return guards;
}

function addGuard(guards: Map<FlatStep, Guard[]>, step: FlatStep, guard: Guard): void {
  const known = guards.get(step) ?? [];
  const same = known.find(({ gate }) => gate === guard.gate);
  const others = known.filter(each => each !== same);
  const verdicts = [...new Set([...(same?.verdicts ?? []), ...guard.verdicts])];
  guards.set(step, [...others, { gate: guard.gate, verdicts }]);
}

/** The shortest chain of needs from a step to one of some steps. */
function pathTo(
  start: FlatStep,
  targets: ReadonlySet<FlatStep>,
  needs: (step: FlatStep) => Need[],
): Need[] | undefined {
  const cameBy = new Map<FlatStep, { readonly from: FlatStep; readonly need: Need }>();
  const queue = [start];
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    if (targets.has(step)) return chain(step, start, cameBy);
    for (const need of needs(step)) {
      if (need.step === start || cameBy.has(need.step)) continue;
      cameBy.set(need.step, { from: step, need });
      queue.push(need.step);
    }
  }
  return undefined;
}

function chain(
  end: FlatStep,
  start: FlatStep,
  cameBy: ReadonlyMap<FlatStep, { readonly from: FlatStep; readonly need: Need }>,
): Need[] {
  const needs: Need[] = [];
  for (let step = end; step !== start;) {
    const hop = cameBy.get(step);
    if (hop === undefined) break;
    needs.unshift(hop.need);
    step = hop.from;
  }
  return needs;
}

function addOwnSkip(gate: FlatGate, skip: Skip, path: readonly Need[], { list }: Planning): void {
  const end = path.at(-1)?.step.name ?? gate.step.name;
  const takers = [gate.step, ...path.map(({ step }) => step)];
  list.add({
    reason: 'gate-on-own-skip',
    location: valueLocation(skip.place),
    message: `The gate \`${gate.name}\` depends on \`${end}\`, which it would skip.`,
    remedy: 'Let the gate read something that is made before.',
    related: path.map((need, index) => {
      const taker = takers[index]?.name ?? '';
      return 'input' in need
        ? {
            location: valueLocation(need.input.place),
            note: `\`${taker}\` takes \`${need.input.port}\` from \`${need.step.name}\``,
          }
        : {
            location: valueLocation(need.guard.gate.place),
            note: `\`${taker}\` may be skipped by \`${need.step.name}\``,
          };
    }),
  });
}
