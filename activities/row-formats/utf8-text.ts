/** The text of a file, piece by piece. Bytes that are not UTF-8 are told with their line: replaced, they would be other data. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { CellFailure } from '../cell-failure.ts';

export async function* utf8Text(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let isFirst = true;
  for await (const piece of createReadStream(path)) {
    const bytes = Buffer.from(piece);
    const lineOfError = () => line + linesBefore(bytes, isFirst);
    const text = decode(() => decoder.decode(bytes, { stream: true }), lineOfError);
    isFirst = false;
    line += text.split('\n').length - 1;
    if (text !== '') yield text;
  }
  // A file that ends within a character is told here.
  decode(
    () => decoder.decode(),
    () => line,
  );
}

function decode(read: () => string, line: () => number): string {
  try {
    return read();
  } catch (error) {
    throw new CellFailure('user', `line ${line()} is not UTF-8: save the file as UTF-8, without loss`, {
      cause: error,
    });
  }
}

/** Whole lines of a piece before the first that is not UTF-8; the first line may begin within a character. */
function linesBefore(bytes: Buffer, isFirst: boolean): number {
  let start = 0;
  for (let number = 0; ; number++) {
    const end = bytes.indexOf('\n', start);
    const line = bytes.subarray(start, end === -1 ? undefined : end);
    if (end === -1 || !isUtf8(number === 0 && !isFirst ? withoutLead(line) : line)) return number;
    start = end + 1;
  }
}

/** Without the rest of a character that began in the piece before. */
function withoutLead(bytes: Buffer): Buffer {
  const isRest = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;
  let start = 0;
  while (start < 3 && isRest(bytes[start])) start += 1;
  return bytes.subarray(start);
}
