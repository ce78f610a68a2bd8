/** The numerical backend of this process: loaded by the first cell that computes, kept warm for the next. */
import type { Backend } from '../../models/backend/backend.ts';
import { loadBackend } from '../../models/backend/load-backend.ts';
import type { CellContext, ComputeResources } from '../step-body.ts';

let loaded: { readonly key: string; readonly backend: Promise<Backend> } | undefined;

/** Loads it if need be, and puts into the cell's record which one it is. */
export async function backendOf(cell: Pick<CellContext, 'resources' | 'usesBackend'>): Promise<Backend> {
  const key = JSON.stringify(cell.resources);
  if (loaded?.key !== key) loaded = { key, backend: load(cell.resources) };
  const backend = await loaded.backend;
  const { name, library, mode, threads } = backend;
  cell.usesBackend({ name, library, mode, threads });
  return backend;
}

function load({ backend, nativePackage }: ComputeResources): Promise<Backend> {
  return loadBackend({
    ...(backend === undefined ? {} : { force: backend }),
    ...(nativePackage === undefined ? {} : { nativePackage }),
  });
}
