/** The organism study over five base seeds: what holds of it every time? `npm run bench -- organism`, `SIZE=smoke` for a look. */
import { test } from 'vitest';
import { openHomeStore } from '../worker/run/home-store.ts';
import { type DecidedGate, gateOutcomes } from '../worker/run/gate-outcomes.ts';
import { homeOf } from '../worker/home.ts';
import { type RunResult, espalier, withHome } from '../test/stress/command-line.ts';
import { printHead } from './measure.ts';

const size = process.env['SIZE'] ?? 'default';
const seeds = [0, 1, 2, 3, 4];

test('organism', async () => {
  printHead(`organism study, size ${size}`);
  await withHome(async home => {
    const outcomes: DecidedGate[][] = [];
    for (const seed of seeds) {
      const set = ['--set', `size=${size}`, '--set', `base_seed=${seed}`];
      const args = ['run', 'pipelines/em-susceptibility/organism.yaml', ...set];
      const result = (await espalier(home, args)) as RunResult;
      console.log(`base seed ${seed}: ${result.executed} executed, ${result.cached} cached, ${result.seconds} s`);
      const store = await openHomeStore(homeOf(home).root);
      const run = (await store.runs()).find(each => each.run === result.run);
      if (run !== undefined) outcomes.push(await gateOutcomes(store, run));
    }
    printOutcomes(outcomes);
  });
});

function printOutcomes(outcomes: readonly DecidedGate[][]): void {
  const [first = []] = outcomes;
  console.log(
    `\n${'gate'.padEnd(18)} ${'wanted'.padEnd(10)} ${seeds.map(seed => `seed ${seed}`.padStart(12)).join('')}`,
  );
  for (const { name, op, threshold, claim } of first) {
    const found = outcomes.map(gates => gates.find(gate => gate.name === name));
    const values = found.map(gate => `${mark(gate)} ${format(gate?.value)}`.padStart(12)).join('');
    console.log(`${name.padEnd(18)} ${`${op} ${format(threshold)}`.padEnd(10)} ${values}  ${claim}`);
  }
}

function mark(gate: DecidedGate | undefined): string {
  return gate === undefined ? '?' : { pass: '+', fail: '-', inconclusive: '~', not_estimable: 'n' }[gate.verdict];
}

function format(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : Number(value.toPrecision(3)).toString();
}
