/** Where this process runs, as records remember it. */
import { hostname, platform, release } from 'node:os';
import type { Environment } from '../schemas/cell-record.ts';
import { version } from './version.ts';

/** Without a numerical backend: that is the cell's to say. */
export function machineEnvironment(): Environment {
  return {
    host: hostname(),
    platform: `${platform()} ${release()} ${process.arch}`,
    node: process.version,
    espalier: version,
  };
}
