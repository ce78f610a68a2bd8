/** Why a compute process ended that nobody had told to. */
import { CellFailure } from '../../activities/cell-failure.ts';
import { memoryKills } from '../../activities/memory-kills.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Out of memory where there is evidence for it: Node's own message, or the kernel's count of memory kills that grew
 * meanwhile. Otherwise `infrastructure`: it may have been anybody's kill, or a crash in native code.
 */
export function crashFailure(end: ProcessEnd, output: readonly string[], killsBefore: number): CellFailure {
  const how = end.signal === null ? `ended with code ${end.code ?? 'unknown'}` : `was ended by ${end.signal}`;
  const last = tellingLines(output).join(' | ');
  const message = `its compute process ${how}${last === '' ? '' : `; last output: ${last}`}`;
  const heap = output.some(line =>
    /heap out of memory|std::bad_alloc|Cannot allocate memory|OOM when allocating/i.test(line),
  );
  const killed = end.signal === 'SIGKILL' && memoryKills() > killsBefore;
  return new CellFailure(heap || killed ? 'out-of-memory' : 'infrastructure', message);
}

/** An error's own line, and the last words of the runtime. */
const telling = /^(\w*Error\b|\w*Exception\b|FATAL ERROR|terminate called|\s*what\(\))/;
/** What stands around them: stack frames, rulers, the runtime's version. */
const surroundings = /^\s+at |^\s*\d+: 0x|^\s*\^|^-{3,}|^<---|^Node\.js v/;

function tellingLines(output: readonly string[]): readonly string[] {
  const said = output.filter(line => telling.test(line));
  return (said.length > 0 ? said : output.filter(line => !surroundings.test(line))).slice(-3);
}
