/**
 * Loaded into every process of a disturbed home before the program itself. As long as the file `PID.json` in the folder
 * ESPALIER_STRESS_FAULTS says so, each write below ESPALIER_STRESS_STORE fails with EIO, or the calendar is some
 * milliseconds off. The steady clock goes on as before, as it does on a machine whose time is set.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const { ESPALIER_STRESS_FAULTS: folder = '', ESPALIER_STRESS_STORE: store = '' } = process.env;
const file = path.join(folder, `${process.pid}.json`);
const { readFileSync, existsSync, readlinkSync } = fs;

let faults = { broken: false, milliseconds: 0 };
let looked = -Infinity;

/** Looks every 20 ms at most. */
function current() {
  const now = performance.now();
  if (now - looked < 20) return faults;
  looked = now;
  try {
    if (!existsSync(file)) return faults;
    const { broken, jumps } = JSON.parse(readFileSync(file, 'utf8'));
    faults = { broken, milliseconds: jumps.at(-1)?.milliseconds ?? 0 };
  } catch {
    // It is being written.
  }
  return faults;
}

const CalendarDate = Date;
globalThis.Date = new Proxy(CalendarDate, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [CalendarDate.now() + current().milliseconds] : args, self),
  get: (target, name, self) =>
    name === 'now' ? () => CalendarDate.now() + current().milliseconds : Reflect.get(target, name, self),
});

function isBroken(place) {
  if (!current().broken) return false;
  try {
    return (typeof place === 'number' ? readlinkSync(`/proc/self/fd/${place}`) : String(place)).startsWith(store);
  } catch {
    return false;
  }
}

const broken = () => Object.assign(new Error('EIO: i/o error, injected'), { code: 'EIO', errno: -5 });

for (const name of ['writeSync', 'fsyncSync', 'linkSync', 'renameSync', 'mkdirSync', 'writeFileSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (isBroken(args[0])) throw broken();
    return original(...args);
  };
}
for (const name of ['write', 'fsync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (isBroken(args[0])) process.nextTick(args.at(-1), broken());
    else original(...args);
  };
}
syncBuiltinESMExports();
