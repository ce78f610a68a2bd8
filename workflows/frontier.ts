/**
 * What can be worked at now? A pure scheduler over numbered nodes: add them, take the ready ones, tell how each ended,
 * ask whether there is more. It knows nothing of Temporal, cells or branches, and is used for both.
 */

/** One input of a node: the nodes whose results it takes, and how many of them must be there. */
export interface Need {
  readonly of: readonly number[];
  readonly quorum: number;
}

/** The node does not run when the gate's verdict is one of these. */
export interface Guard {
  readonly gate: number;
  readonly verdicts: readonly string[];
}

export interface FrontierNode {
  readonly id: number;
  readonly needs: readonly Need[];
  readonly guards: readonly Guard[];
}

/** How a node ended. `verdict` is a gate's. Blocked and skipped are the frontier's own conclusions. */
export interface Outcome {
  readonly state: 'done' | 'failed' | 'blocked' | 'skipped' | 'cancelled';
  readonly verdict?: string;
}

/** A node that will never run, decided by another's end. */
export interface Consequence {
  readonly id: number;
  readonly state: 'blocked' | 'skipped' | 'cancelled';
  readonly because: number;
}

export interface Frontier {
  /** Adds a node; its needs may be added, or have ended, before or after it. Returns what follows at once. */
  readonly add: (node: FrontierNode) => Consequence[];
  /** Takes nodes that can run now, lowest id first; each is handed out once. */
  readonly ready: (limit?: number) => number[];
  /** Tells how a node ended; saying it again changes nothing. Returns the nodes that this decides. */
  readonly finished: (id: number, outcome: Outcome) => Consequence[];
  /** True while any added node has not ended. */
  readonly more: () => boolean;
  readonly outcome: (id: number) => Outcome | undefined;
}

interface Waiting {
  readonly node: FrontierNode;
  readonly needs: { readonly quorum: number; pending: number; done: number }[];
  gates: number;
  /** `decided`: it will not run, though what follows from that is still being worked out. */
  state: 'waiting' | 'ready' | 'taken' | 'decided';
}

export function createFrontier(): Frontier {
  const waiting = new Map<number, Waiting>();
  const outcomes = new Map<number, Outcome>();
  const dependents = new Map<number, { readonly id: number; readonly need: number }[]>();
  const guarded = new Map<number, number[]>();
  let ready: number[] = [];
  let unsorted = false;

  const settle = (id: number, outcome: Outcome, out: Consequence[]) => {
    // A stack, not recursion: a chain of blocked nodes may be as long as the plan.
    const queue: { id: number; outcome: Outcome }[] = [{ id, outcome }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (outcomes.has(next.id)) continue;
      outcomes.set(next.id, next.outcome);
      waiting.delete(next.id);
      for (const consequence of [...afterGate(next.id), ...afterInput(next.id)]) {
        out.push(consequence);
        queue.push({ id: consequence.id, outcome: { state: consequence.state } });
      }
    }
    return out;
  };

  const afterInput = (id: number): Consequence[] => {
    const edges = dependents.get(id) ?? [];
    dependents.delete(id);
    const done = outcomes.get(id)?.state === 'done';
    return edges.flatMap(edge => {
      const entry = waiting.get(edge.id);
      const need = entry?.needs[edge.need];
      if (entry === undefined || need === undefined) return [];
      need.pending -= 1;
      if (done) need.done += 1;
      return conclude(entry, id);
    });
  };

  const afterGate = (gate: number): Consequence[] => {
    const nodes = guarded.get(gate) ?? [];
    guarded.delete(gate);
    return nodes.flatMap(id => {
      const entry = waiting.get(id);
      if (entry === undefined) return [];
      entry.gates -= 1;
      return skippedBy(entry.node, gate) ? decide(entry, 'skipped', gate) : conclude(entry, gate);
    });
  };

  const skippedBy = (node: FrontierNode, gate: number): boolean => {
    const outcome = outcomes.get(gate);
    const verdict = outcome?.state === 'done' ? outcome.verdict : undefined;
    return node.guards.some(guard => guard.gate === gate && verdict !== undefined && guard.verdicts.includes(verdict));
  };

  /** Blocked as soon as a quorum cannot be met, ready once everything it waits for has ended. */
  const conclude = (entry: Waiting, because: number): Consequence[] => {
    if (entry.state !== 'waiting') return [];
    const short = entry.needs.findIndex(need => need.done + need.pending < need.quorum);
    if (short >= 0) return decide(entry, lackOf(entry.node.needs[short]), because);
    if (entry.gates === 0 && entry.needs.every(need => need.pending === 0)) {
      entry.state = 'ready';
      ready.push(entry.node.id);
      unsorted = true;
    }
    return [];
  };

  const decide = (entry: Waiting, state: Consequence['state'], because: number): Consequence[] => {
    if (entry.state !== 'waiting') return [];
    entry.state = 'decided';
    return [{ id: entry.node.id, state, because }];
  };

  /** Short of inputs: skipped if only gates took them away, cancelled if nothing failed, else blocked. */
  const lackOf = (need: Need | undefined): Consequence['state'] => {
    const lost = (need?.of ?? [])
      .map(id => outcomes.get(id)?.state)
      .filter(state => state !== undefined && state !== 'done');
    if (lost.every(state => state === 'skipped')) return 'skipped';
    return lost.some(state => state === 'failed' || state === 'blocked') ? 'blocked' : 'cancelled';
  };

  const add = (node: FrontierNode): Consequence[] => {
    if (waiting.has(node.id) || outcomes.has(node.id)) throw new Error(`internal: node ${node.id} was added before`);
    const entry: Waiting = { node, needs: [], gates: 0, state: 'waiting' };
    for (const [index, need] of node.needs.entries()) {
      const ended = need.of.map(id => outcomes.get(id)?.state);
      entry.needs.push({
        quorum: need.quorum,
        pending: ended.filter(state => state === undefined).length,
        done: ended.filter(state => state === 'done').length,
      });
      for (const [place, id] of need.of.entries()) {
        if (ended[place] === undefined) append(dependents, id, { id: node.id, need: index });
      }
    }
    waiting.set(node.id, entry);
    for (const { gate } of node.guards) {
      if (outcomes.has(gate)) {
        if (skippedBy(node, gate))
          return settle(node.id, { state: 'skipped' }, [{ id: node.id, state: 'skipped', because: gate }]);
      } else {
        entry.gates += 1;
        append(guarded, gate, node.id);
      }
    }
    const at = node.needs.flatMap(need => need.of).find(id => outcomes.has(id)) ?? node.id;
    return conclude(entry, at).flatMap(consequence =>
      settle(consequence.id, { state: consequence.state }, [consequence]),
    );
  };

  const take = (limit = Number.POSITIVE_INFINITY): number[] => {
    if (unsorted) ready.sort((a, b) => a - b);
    unsorted = false;
    // A node may have ended without being handed out: its record was found.
    const open = ready.flatMap(id => {
      const entry = waiting.get(id);
      return entry === undefined ? [] : [entry];
    });
    const taken = open.slice(0, limit);
    ready = open.slice(taken.length).map(({ node }) => node.id);
    for (const entry of taken) entry.state = 'taken';
    return taken.map(({ node }) => node.id);
  };

  return {
    add,
    ready: take,
    finished: (id, outcome) => settle(id, outcome, []),
    more: () => waiting.size > 0,
    outcome: id => outcomes.get(id),
  };
}

function append<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
