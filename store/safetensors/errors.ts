/** What is wrong with a safetensors file, by a closed list of reasons. */

export type SafetensorsFault =
  | 'too-short'
  | 'header-length'
  | 'header-text'
  | 'duplicate-key'
  | 'header-field'
  | 'metadata'
  | 'unknown-dtype'
  | 'shape'
  | 'offsets'
  | 'size'
  | 'overlap'
  | 'hole'
  | 'trailing-bytes'
  | 'no-such-tensor'
  | 'not-floating';

export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  readonly fault: SafetensorsFault;
  /** The tensor it is about, where it is about one. */
  readonly tensor: string | undefined;
  /** Byte of the file at which it shows. */
  readonly offset: number | undefined;

  constructor(
    fault: SafetensorsFault,
    problem: string,
    place: { readonly tensor?: string; readonly offset?: number } = {},
  ) {
    const { tensor, offset } = place;
    const at = offset === undefined ? '' : ` (byte ${offset})`;
    super(
      `no sound safetensors file: ${tensor === undefined ? '' : `tensor ${JSON.stringify(tensor)}: `}${problem}${at}`,
    );
    this.fault = fault;
    this.tensor = tensor;
    this.offset = offset;
  }
}
