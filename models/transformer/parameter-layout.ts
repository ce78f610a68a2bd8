/**
 * Where each tensor lies in the one flat vector that holds a set of parameters. Trained as one vector, a model of any
 * depth costs the optimizer a handful of ops, and a step three tensors in and out.
 */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';

/** A tensor of the file format. */
export interface ParameterPart {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor of the computation: parts stacked along their first axis (q, k and v are one matrix product). */
export interface ParameterSegment {
  readonly name: string;
  readonly parts: readonly ParameterPart[];
}

export interface ParameterLayout {
  readonly segments: readonly ParameterSegment[];
  /** Elements in all. */
  readonly size: number;
  /** Elements of the leading segments, the matrices; norm weights and biases follow them. */
  readonly matrixSize: number;
}

/** Matrices first, whatever the order given. */
export function createLayout(segments: readonly ParameterSegment[]): ParameterLayout {
  const isMatrix = ({ parts }: ParameterSegment) => parts.every(({ shape }) => shape.length > 1);
  const matrices = segments.filter(isMatrix);
  const ordered = [...matrices, ...segments.filter(segment => !isMatrix(segment))];
  const names = ordered.flatMap(({ parts }) => parts.map(({ name }) => name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`internal: ${twice} is in the layout twice`);
  return { segments: ordered, size: totalSize(ordered), matrixSize: totalSize(matrices) };
}

/** A segment that is one tensor of the file. */
export function singlePart(name: string, shape: readonly number[]): ParameterSegment {
  return { name, parts: [{ name, shape }] };
}

/** Every file tensor with its offset in the vector, in the order of the vector. */
export function layoutParts(layout: ParameterLayout): readonly (ParameterPart & { readonly offset: number })[] {
  let offset = 0;
  return layout.segments
    .flatMap(({ parts }) => parts)
    .map(({ name, shape }) => {
      const start = offset;
      offset += elementCount(shape);
      return { name, shape, offset: start };
    });
}

/** The segments of a flat vector, by name, each in its shape. */
export function splitParameters(tf: TensorFlow, layout: ParameterLayout, flat: Tensor): ReadonlyMap<string, Tensor> {
  const sizes = layout.segments.map(segmentSize);
  const pieces = sizes.length === 1 ? [flat] : tf.split(flat, sizes);
  return new Map(
    layout.segments.map((segment, index) => {
      const piece = pieces[index];
      if (piece === undefined) throw new Error(`internal: the vector has no segment ${segment.name}`);
      return [segment.name, piece.reshape(segmentShape(segment))];
    }),
  );
}

/** The tensor of that name. */
export function parameter(parameters: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new Error(`internal: there is no parameter ${name}`);
  return tensor;
}

function totalSize(segments: readonly ParameterSegment[]): number {
  return segments.reduce((sum, segment) => sum + segmentSize(segment), 0);
}

function segmentSize({ parts }: ParameterSegment): number {
  return parts.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function segmentShape({ parts }: ParameterSegment): number[] {
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
  return [rows, ...(parts[0]?.shape.slice(1) ?? [])];
}

/** How many elements a tensor of this shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
