/** What a worker and its compute processes say to each other. */
import type { CellProgress, CellResult, CellTask } from '../../activities/compute.ts';
import type { ComputeResources } from '../../activities/step-body.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import type { GrantedDevice } from './device-lock.ts';

/** To a compute process. */
export type ComputeRequest =
  | {
      readonly type: 'open';
      readonly store: string;
      /** Another store for all that is written, where nothing may be published. */
      readonly scratch?: string;
      readonly resources: ComputeResources;
      /** Seconds between checkpoints. */
      readonly checkpointSeconds: number;
    }
  | {
      readonly type: 'run';
      readonly task: CellTask;
      /** Devices that are the cell's alone. */
      readonly devices: readonly GrantedDevice[];
    }
  /** Save what there is and end the cell as `preempted`. */
  | { readonly type: 'stop' };

/** From a compute process. */
export type ComputeReply =
  | { readonly type: 'ready' }
  /** From now on this group of processes works for the cell, and must end with it. */
  | { readonly type: 'group'; readonly leader: ProcessMark }
  | { readonly type: 'progress'; readonly progress: CellProgress }
  | { readonly type: 'done'; readonly result: CellResult; readonly memory: number }
  | { readonly type: 'failed'; readonly class: FailureClass; readonly message: string; readonly memory: number };
