import type { PreprocessingSpec } from './preprocessing/preprocessing-spec.js';

/** What was read off a model before it ran. JSON-serializable. */
export interface ModelInspection {
  input: {
    name: string;
    layout: 'NCHW' | 'NHWC';
    type: 'float32' | 'float16' | 'uint8';
    /** Pixels, as the images are given to it. */
    width: number;
    height: number;
    channels: 1 | 3;
    /** The batch size that the model insists on; null when it takes any. */
    batch: number | null;
  };
  output: {
    /** The tensor whose values are the responses; not always one of the model's declared outputs. */
    name: string;
    /** C */
    outputs: number;
  };
  /**
   * LOGITS: nothing in the graph normalizes the responses, or it was cut off. PROBABILITIES_UNCUT: they come out of a
   * softmax or sigmoid that could not be cut, so they are probabilities. A graph can hide what it does: look at the
   * values as well.
   */
  responseKind: 'LOGITS' | 'PROBABILITIES_UNCUT';
  /** What was decided on the caller's behalf, one sentence each. */
  notes: string[];
  /** Complete: nothing is left to a default. */
  preprocessing: PreprocessingSpec;
}
