/** Where things lie below a project's home folder. */
import path from 'node:path';

export interface Home {
  readonly root: string;
  readonly store: string;
  readonly server: string;
  readonly logs: string;
  /** The process that keeps server and worker up (`espalier up`), while there is one. */
  readonly upFile: string;
}

export function homeOf(root: string): Home {
  return {
    root,
    store: path.join(root, 'store'),
    server: path.join(root, 'server'),
    logs: path.join(root, 'logs'),
    upFile: path.join(root, 'up.json'),
  };
}
