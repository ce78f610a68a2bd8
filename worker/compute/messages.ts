/** What a worker and its compute processes say to each other. */
import type { CellProgress, CellResult, CellTask } from '../../activities/compute.ts';
import type { ComputeResources } from '../../activities/step-body.ts';
import type { FailureClass } from '../../schemas/failure.ts';

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
  | { readonly type: 'run'; readonly task: CellTask }
  /** Save what there is and end the cell as `preempted`. */
  | { readonly type: 'stop' };

/** From a compute process. */
export type ComputeReply =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: CellProgress }
  | { readonly type: 'done'; readonly result: CellResult; readonly memory: number }
  | { readonly type: 'failed'; readonly class: FailureClass; readonly message: string; readonly memory: number };
