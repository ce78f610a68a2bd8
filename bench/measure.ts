/** Timing for benchmarks: one line a measurement, with the machine's load beside it. */
import { cpus, loadavg } from 'node:os';

export function printHead(subject: string): void {
  const processors = cpus();
  console.log(`\n${subject}: ${processors.length} cores, Node ${process.versions.node}`);
  console.log(`${'what'.padEnd(64)} ${'total'.padStart(10)} ${'each'.padStart(12)}  load`);
}

/** Runs once and prints the time, also per item. Returns milliseconds. */
export async function measure(what: string, items: number, run: () => unknown): Promise<number> {
  const begin = performance.now();
  await run();
  const milliseconds = performance.now() - begin;
  const microseconds = (milliseconds / items) * 1000;
  const each = microseconds < 1 ? `${(microseconds * 1000).toFixed(1)} ns` : `${microseconds.toFixed(1)} µs`;
  const load = loadavg()[0]?.toFixed(1) ?? '';
  console.log(`${what.padEnd(64)} ${`${milliseconds.toFixed(0)} ms`.padStart(10)} ${each.padStart(12)}  ${load}`);
  return milliseconds;
}

/** Runs `task` for 0 … count−1, so many at a time. */
export async function atOnce(lanes: number, count: number, task: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
