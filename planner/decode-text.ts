/** Bytes of a document → its text, or the reason why they are none. */
import type { Location } from '../schemas/diagnostic.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { largestDocumentBytes } from './limits.ts';

const newline = 0x0a;

/** The text, without a byte order mark; undefined where a problem was listed instead. */
export function decodeText(file: string, bytes: Uint8Array, list: DiagnosticList): string | undefined {
  if (bytes.length > largestDocumentBytes) {
    list.add({
      reason: 'file-too-large',
      location: startOf(file),
      message: `The file has ${megabytes(bytes.length)}; a study has at most ${megabytes(largestDocumentBytes)}.`,
      remedy: 'Move data into a file of its own and name it from an axis (`{ file, column }`) or a `load-rows` step.',
    });
    return undefined;
  }
  const problem = encodingProblem(bytes);
  if (problem !== undefined) {
    list.add({
      reason: 'not-text',
      location: { file, line: problem.line, column: problem.column, length: 1 },
      message: `The file is not UTF-8 text: ${problem.found}.`,
      remedy: 'Save it as plain text in UTF-8; a study is a YAML file.',
    });
    return undefined;
  }
  return new TextDecoder('utf-8').decode(bytes);
}

export function startOf(file: string): Location {
  return { file, line: 1, column: 1, length: 0 };
}

interface EncodingProblem {
  readonly line: number;
  readonly column: number;
  readonly found: string;
}

function encodingProblem(bytes: Uint8Array): EncodingProblem | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { line: 1, column: 1, found: 'it begins with the mark of UTF-16' };
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const at = bytes.indexOf(newline, start);
    const end = at === -1 ? bytes.length : at + 1;
    const piece = bytes.subarray(start, end);
    if (piece.includes(0)) return { line, column: columnOf(piece, '\u0000'), found: `line ${line} holds a NUL byte` };
    try {
      decoder.decode(piece);
    } catch {
      return { line, column: columnOf(piece, '\uFFFD'), found: `line ${line} holds bytes that are no characters` };
    }
    start = end;
  }
  return undefined;
}

/** Where a character stands in a line; decoding puts U+FFFD in the place of what is none. */
function columnOf(line: Uint8Array, character: string): number {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(line).indexOf(character) + 1;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
