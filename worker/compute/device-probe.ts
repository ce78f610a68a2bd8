/** How much of a device's memory is in use, by the driver's own tool or a program in its place. */
import { execFile } from 'node:child_process';

/** Bytes in use on a device; undefined where nobody can tell. */
export type DeviceProbe = (id: string) => Promise<number | undefined>;

const nvidiaSmi = ['nvidia-smi', '--query-gpu=index,uuid,memory.used', '--format=csv,noheader,nounits'] as const;

const probeMilliseconds = 20_000;

/**
 * Asks `nvidia-smi`, or a program that prints the same: a line per device, its names first (index, UUID) and the
 * mebibytes in use last, parted by commas. A machine without the tool tells nothing.
 */
export function deviceProbe(program: string | undefined): DeviceProbe {
  const [tool, ...words] = program === undefined ? nvidiaSmi : [program];
  return async id => {
    const text = await outputOf(tool, words);
    for (const line of text?.split('\n') ?? []) {
      const fields = line.split(',').map(field => field.trim());
      const used = Number(fields.at(-1));
      if (fields.slice(0, -1).includes(id) && Number.isFinite(used)) return used * 2 ** 20;
    }
    return undefined;
  };
}

function outputOf(tool: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(tool, words, { timeout: probeMilliseconds }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') resolve(undefined);
      else reject(new Error(`the probe of devices failed: ${error.message}`));
    });
  });
}
