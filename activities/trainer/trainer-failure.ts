/** What an external trainer's end means: exit code and stderr → failure class, by the study's table and then ours. */
import type { FailureClass } from '../../schemas/failure.ts';
import { CellFailure } from '../cell-failure.ts';

/** A row of a failure table: a study's `failures`, in its own words. */
export type FailureRule =
  { readonly exit: number; readonly class: FailureClass } | { readonly stderr: string; readonly class: FailureClass };

export interface TrainerEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its stderr, oldest first. */
  readonly stderr: readonly string[];
  /** The kernel killed for memory in its time. */
  readonly memoryKilled: boolean;
}

/**
 * Patterns over stderr, the first that fits counts. Most say what a person could not mend by trying again: what is not
 * here is `user`, since the same input gives the same error.
 */
const patterns: readonly { readonly stderr: RegExp; readonly class: FailureClass }[] = [
  {
    stderr:
      /CUDA out of memory|OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|std::bad_alloc|Cannot allocate memory|^MemoryError\b/,
    class: 'out-of-memory',
  },
  { stderr: /No space left on device|\bENOSPC\b|Disk quota exceeded|\bEDQUOT\b|Too many open files/, class: 'quota' },
  { stderr: /\b429\b.*(Too Many Requests|Client Error)|Too Many Requests|rate limit(ed)? exceeded/i, class: 'quota' },
  {
    stderr:
      /(loss|gradient|grad_norm)\b.{0,40}\b(is|was|became|=|:)\s*(nan|inf|not finite|non-finite)|NaN or Inf found|FloatingPointError|loss diverged/i,
    class: 'diverged',
  },
  { stderr: /\b401\b.*(Unauthorized|Client Error)|\b403\b.*(Forbidden|Client Error)|gated repo/i, class: 'user' },
  {
    stderr:
      /NCCL (error|timeout|WARN.*failed)|ncclSystemError|ncclInternalError|ncclUnhandledCudaError|ncclRemoteError|Watchdog caught collective operation timeout/i,
    class: 'infrastructure',
  },
  {
    stderr:
      /uncorrectable ECC|\bXid\b|CUDA error: (unspecified launch failure|device-side assert|an illegal memory access|unknown error)|no CUDA-capable device|CUDA driver/i,
    class: 'infrastructure',
  },
  {
    stderr:
      /Connection (reset|refused|timed out)|Temporary failure in name resolution|\b50[234]\b.*(Error|Bad Gateway|Unavailable|Timeout)/i,
    class: 'infrastructure',
  },
];

/** The failure of a trainer that ended with anything but code 0. */
export function trainerFailure(end: TrainerEnd, rules: readonly FailureRule[]): CellFailure {
  const how = end.signal === null ? `ended with code ${end.code ?? 'unknown'}` : `was ended by ${end.signal}`;
  const last = tellingLines(end.stderr).join(' | ');
  return new CellFailure(classOf(end, rules), `its trainer ${how}${last === '' ? '' : `; it said: ${last}`}`);
}

function classOf(end: TrainerEnd, rules: readonly FailureRule[]): FailureClass {
  const own = rules.find(rule => ('exit' in rule ? rule.exit === end.code : saysSo(end, new RegExp(rule.stderr))));
  const ours = own ?? patterns.find(({ stderr }) => saysSo(end, stderr));
  return ours?.class ?? classOfSignal(end);
}

function saysSo({ stderr }: TrainerEnd, pattern: RegExp): boolean {
  return stderr.some(line => pattern.test(line));
}

/** A launcher (a shell, torchrun) reports the signal that ended its child as 128 and its number. */
function classOfSignal({ code, signal, memoryKilled }: TrainerEnd): FailureClass {
  if (signal === 'SIGKILL' || code === 137) return memoryKilled ? 'out-of-memory' : 'infrastructure';
  if (signal === 'SIGTERM' || code === 143) return 'preempted';
  return signal === null && code !== 134 && code !== 135 && code !== 139 ? 'user' : 'infrastructure';
}

/** The error's own line where there is one, else the last ones. */
function tellingLines(lines: readonly string[]): readonly string[] {
  const said = lines.filter(line => line.trim() !== '');
  const errors = said.filter(line => /^\s*[\w.]*(Error|Exception|Interrupt)\b/.test(line));
  return (errors.length > 0 ? errors.slice(-1) : said.slice(-3)).map(line => line.trim().slice(0, 400));
}
