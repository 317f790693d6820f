/**
 * What a note is about. Codes are stable: clients match on them, and sentences may improve. docs/ingest.md lists them.
 */
export const NOTES = {
  PREPROCESSING_ASSUMED: 'Nothing or not everything describes the preprocessing, so a default was used.',
  PREPROCESSING_FROM_MODEL: 'The model itself says how images are prepared, or prepares them itself.',
  PREPROCESSING_TWICE: 'Both the description and the model normalize images.',
  PREPROCESSING_SUSPECT: 'The responses look as if the preprocessing were wrong.',
  SOURCES_DISAGREE: 'Two sources say different things of the model; the sentence says which one was used.',
  INPUT_MISMATCH: 'What the registry says of the input does not fit what images are given to the model as.',
  DIAGNOSIS_FAILED: 'Whether another preprocessing suits the model better was not found out.',
  FIELD_LEFT_OUT: 'A field of the description has no effect.',
  READING_CHOSEN: 'Libraries read the description differently; the sentence says how it was read.',
  SIZE_ASSUMED: 'The model takes images of any size, and none was given.',
  INPUT_UNUSED: 'The model has further inputs that nothing in it reads; they get zeros.',
  LAYOUT_ASSUMED: 'The model does not say which axis holds its channels.',
  COLOR_SPACE: 'The model wants another color space than its images have.',
  OUTPUT_LEFT_OUT: 'The model has further outputs, which are not probed.',
  OUTPUT_REPLACED: 'Not the output itself but what leads to it was used.',
  OUTPUT_NOT_CUT: 'The outputs are probabilities, because the normalization cannot be cut off.',
  OUTPUT_KIND_ASSUMED: 'The values of the responses decided what the outputs are.',
  OUTPUT_DEGENERATE: 'Some outputs are constant or not finite over the probes, so no search finds them.',
  MULTI_LABEL: 'The outputs are independent labels.',
  ONE_BY_ONE: 'The model is run on one image at a time.',
  LABELS_LEFT_OUT: 'Labels were found, but they do not fit or cannot be read.',
  LABELS_PARTIAL: 'Labels were found for some of the outputs; the others have none.',
  FILE_NOT_READ: 'A file beside the model looks like labels or preprocessing, but its form is unknown.',
  RESPONSES_SCALED: 'The responses are stored times a power of two.',
  PROBES_ALL: 'All probes were run although a choice was wanted.',
  RUN_ELSEWHERE: 'A runner or the owner ran the model.',
  RUNNER: 'What the runner says.',
} as const satisfies Record<string, string>;

export type NoteCode = keyof typeof NOTES;

/** A note about how a model was probed. */
export interface Note {
  /** Null for notes of earlier releases. */
  code: NoteCode | null;
  /** One sentence or two. */
  message: string;
}

/** A note in the form that it is stored in: `CODE: sentence`. */
export function note(code: NoteCode, message: string): string {
  return `${code}: ${message}`;
}

/** Reads a stored note. */
export function parseNote(stored: string): Note {
  const [, code, message] = /^([A-Z_]+): (.*)$/s.exec(stored) ?? [];
  if (code === undefined || !Object.hasOwn(NOTES, code)) return { code: null, message: stored };
  return { code: code as NoteCode, message };
}
