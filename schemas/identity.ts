/**
 * The two identities, never confused. A key names a recipe and is known before anything runs; a digest names bytes that
 * exist. Both are lower-case hexadecimal SHA-256, branded so that neither can stand in for the other.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Json, canonicalJson } from './json.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal characters');

/** SHA-256 of bytes that exist. */
export const digestSchema = sha256.brand<'Digest'>();
export type Digest = z.output<typeof digestSchema>;

/** SHA-256 of a recipe's pre-image (see `cellKey`). */
export const cellKeySchema = sha256.brand<'CellKey'>();
export type CellKey = z.output<typeof cellKeySchema>;

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return digestSchema.parse(createHash('sha256').update(bytes).digest('hex'));
}

/**
 * Everything that makes a cell what it is. Its name, its step's name, its place in a graph and its resources are not
 * in it: two cells of one recipe are one piece of work.
 */
export interface Recipe {
  /** Step kind, and the version its author raises whenever its behaviour changes (that is how code is in the key). */
  readonly use: string;
  readonly version: number;
  /** All parameters after defaults and expressions; a parameter that names a file holds the file's digest. */
  readonly with: { readonly [parameter: string]: Json };
  /** Every named seed the step kind asks for. */
  readonly seeds: { readonly [name: string]: number };
  /** What the step is asked to keep beyond its outputs (`checkpoints`), sorted. */
  readonly keep: readonly string[];
  /** Axis values, only for step kinds that count every cell as its own (`no-op`, `gate` never). */
  readonly at?: { readonly [axis: string]: Json };
  readonly inputs: { readonly [port: string]: InputIdentity };
}

/** What arrives at one input port. */
export interface InputIdentity {
  /** Axes gathered at this port, in order; empty when the port gets one artifact. */
  readonly axes: readonly string[];
  readonly parts: readonly PartIdentity[];
}

export interface PartIdentity {
  /** Values of the gathered axes, in the order of `axes`. */
  readonly at: readonly Json[];
  /** In a recipe key: the key of the cell that makes it, with the output's name. In a content key: the digest. */
  readonly id: string;
  readonly output?: string;
  /** Scatter: only the rows whose columns have these values. */
  readonly where?: { readonly [column: string]: Json };
}

/** Raise when the meaning of a pre-image changes; every key changes with it. */
const recipeTag = 'espalier/recipe/1';
const contentTag = 'espalier/content/1';

/** The recipe key: inputs are named by the keys of the cells that make them, so it is known before anything runs. */
export function cellKey(recipe: Recipe): CellKey {
  return keyOf(recipeTag, recipe);
}

/** The content key: the same recipe with inputs named by the digests of their bytes, known when they exist. */
export function contentKey(recipe: Recipe): CellKey {
  return keyOf(contentTag, recipe);
}

function keyOf(tag: string, recipe: Recipe): CellKey {
  const { use, version, seeds, keep, at, inputs } = recipe;
  const preimage: Json = { tag, use, version, with: recipe.with, seeds, keep, at, inputs: asJson(inputs) };
  return cellKeySchema.parse(createHash('sha256').update(canonicalJson(preimage)).digest('hex'));
}

function asJson(inputs: Recipe['inputs']): Json {
  return Object.fromEntries(
    Object.entries(inputs).map(([port, { axes, parts }]) => [
      port,
      { axes, parts: parts.map(({ at, id, output, where }) => ({ at, id, output, where })) },
    ]),
  );
}
