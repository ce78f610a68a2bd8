/**
 * What a trainer wrote, held against what the study declares, and taken into the store. Nothing is taken before all of
 * it is checked but for tables, whose rows are checked while they are converted.
 */
import { lstat, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact } from '../../schemas/artifact.ts';
import { jsonSchema } from '../../schemas/json.ts';
import type { DeclaredOutput } from '../../schemas/steps/exec.ts';
import type { TrainerFile } from '../../schemas/trainer-contract.ts';
import { putJson } from '../../store/json-artifact.ts';
import { firstNotFinite } from '../../store/safetensors/finite-tensors.ts';
import type { TensorEntry } from '../../store/safetensors/header.ts';
import { readSafetensors } from '../../store/safetensors/read-safetensors.ts';
import type { BlobReader } from '../../store/store.ts';
import { takeFolder } from '../../store/tree-artifact.ts';
import { CellFailure } from '../cell-failure.ts';
import type { OutsideWork } from '../step-body.ts';
import { takeTable } from './output-tables.ts';

type DeclaredOutputs = { readonly [port: string]: DeclaredOutput };

/** Where each output is to be written. */
export function outputFiles(declared: DeclaredOutputs, folder: string): { readonly [port: string]: TrainerFile } {
  return Object.fromEntries(
    Object.entries(declared).map(([port, output]): [string, TrainerFile] => {
      const target = path.join(folder, port);
      switch (output.kind) {
        case 'weights':
          return [port, { kind: 'weights', path: `${target}.safetensors` }];
        case 'table':
          return [port, { kind: 'table', path: `${target}.${output.format}`, format: output.format }];
        case 'json':
          return [port, { kind: 'json', path: `${target}.json` }];
        case 'tree':
          return [port, { kind: 'tree', path: target }];
        default:
          return output satisfies never;
      }
    }),
  );
}

/** Checks every output, then takes them; a `CellFailure` of class `user` names the one that is not as declared. */
export async function takeOutputs(
  store: OutsideWork['store'],
  declared: DeclaredOutputs,
  files: { readonly [port: string]: TrainerFile },
): Promise<{ readonly [port: string]: Artifact }> {
  const pairs = Object.entries(declared).flatMap(([port, output]) => {
    const file = files[port]?.path;
    return file === undefined ? [] : [{ port, output, file }];
  });
  for (const { port, output, file } of pairs) await of(port, () => checkOutput(output, file));
  const taken: [string, Artifact][] = [];
  for (const { port, output, file } of pairs) {
    taken.push([port, await of(port, () => takeOutput(store, output, file))]);
  }
  return Object.fromEntries(taken);
}

/** What goes wrong with an output is told with its name. */
async function of<Result>(port: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Only what the trainer wrote is its fault; a disk that is full is not.
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CellFailure('user', `the output \`${port}\` of its trainer breaks its contract: ${message}`, {
      cause: error,
    });
  }
}

async function checkOutput(output: DeclaredOutput, file: string): Promise<void> {
  const found = await lstat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) throw new CellFailure('user', `there is nothing at outputs/${path.basename(file)}`);
  if (output.kind === 'tree' ? !found.isDirectory() : !found.isFile())
    throw new CellFailure(
      'user',
      `outputs/${path.basename(file)} is no ${output.kind === 'tree' ? 'folder' : 'plain file'}`,
    );
  if (output.kind === 'weights') await checkWeights(output, file);
  if (output.kind === 'json') await readJson(file);
}

async function takeOutput(store: OutsideWork['store'], output: DeclaredOutput, file: string): Promise<Artifact> {
  switch (output.kind) {
    case 'weights':
      return { kind: 'weights', ...(await store.takeFile(file)) };
    case 'table':
      return takeTable(store, file, output);
    case 'json':
      return putJson(store, await readJson(file));
    case 'tree':
      return takeFolder(store, file);
    default:
      return output satisfies never;
  }
}

async function readJson(file: string) {
  return jsonSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

type DeclaredWeights = Extract<DeclaredOutput, { readonly kind: 'weights' }>;

async function checkWeights({ tensors: declared }: DeclaredWeights, file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const reader: BlobReader = {
      bytes: (await handle.stat()).size,
      read: async (offset, length) => {
        const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(length), length, position: offset });
        if (bytesRead < length) throw new CellFailure('user', `it ends after ${offset + bytesRead} bytes`);
        return buffer;
      },
      close: async () => undefined,
    };
    const { tensors } = await readSafetensors(reader);
    if (declared !== undefined) checkTensors(declared, tensors);
    for (const entry of tensors.values()) {
      const index = await firstNotFinite(reader, entry);
      if (index !== undefined)
        throw new CellFailure('user', `number ${index} of the tensor \`${entry.name}\` is not finite`);
    }
  } finally {
    await handle.close();
  }
}

function checkTensors(
  declared: NonNullable<DeclaredWeights['tensors']>,
  found: ReadonlyMap<string, TensorEntry>,
): void {
  for (const [name, { dtype, shape }] of Object.entries(declared)) {
    const entry = found.get(name);
    if (entry === undefined)
      throw new CellFailure('user', `there is no tensor \`${name}\` among ${[...found.keys()].slice(0, 8).join(', ')}`);
    const is = `${entry.dtype} [${entry.shape.join(', ')}]`;
    const should = `${dtype} [${shape.join(', ')}]`;
    if (is !== should) throw new CellFailure('user', `the tensor \`${name}\` is ${is}, and ${should} is declared`);
  }
  const extra = [...found.keys()].find(name => declared[name] === undefined);
  if (extra !== undefined) throw new CellFailure('user', `it has the tensor \`${extra}\`, which is not declared`);
}
