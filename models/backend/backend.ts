/** What runs tensor functions, and which library, mode and thread count stand behind a result. */
import type { NativeKernels } from './native-binding.ts';
import type { TensorFlow } from './tensorflow.ts';

/** From fastest to slowest; `native` is tfjs-node, `cpu` plain JavaScript. */
export type BackendName = 'native' | 'wasm' | 'cpu';

interface BackendParts {
  readonly name: BackendName;
  /** Libraries with versions, as a lineage record has them: `tfjs-node 4.22.0, TensorFlow 2.15.1`. */
  readonly library: string;
  readonly threads: number;
  /** The library itself. One backend is active in a process: the last one loaded. */
  readonly tf: TensorFlow;
  /** Faster backends that could not be had, and why; also why a native one runs eagerly. */
  readonly passedOver: readonly PassedOver[];
}

export interface PassedOver {
  readonly name: string;
  readonly reason: string;
}

/** `graph`: a tensor function is traced once per input signature and then runs as one native call. */
export interface GraphBackend extends BackendParts {
  readonly mode: 'graph';
  readonly kernels: NativeKernels;
}

/** `eager`: a tensor function runs op by op. The last bits of results differ between the two modes. */
interface EagerBackend extends BackendParts {
  readonly mode: 'eager';
}

export type Backend = GraphBackend | EagerBackend;
