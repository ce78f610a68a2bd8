/** Reads the two kinds of NumPy files among the fixtures. */
import { readFileSync } from 'node:fs';
import { type DenseMatrix, denseMatrix } from '../../stats/dense-matrix.ts';

/** A two-dimensional C-order array of int8 or little-endian float32 (format version 1.0). */
export function readNpy(name: string): DenseMatrix {
  const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url));
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const [, rows, columns] = /'shape': \((\d+), (\d+)\)/.exec(header)!.map(Number) as [number, number, number];
  const body = bytes.subarray(start);
  const read = header.includes("'<f4'") ? (at: number) => body.readFloatLE(4 * at) : (at: number) => body.readInt8(at);
  return denseMatrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, (_, at) => read(at)),
  );
}
