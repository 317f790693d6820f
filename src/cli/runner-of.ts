/** What an ingest waits for that this server does not run. @param flavors that a runner needs one of */
export function runnerOf(flavors: readonly string[]): string {
  return `The version has no ONNX file. A runner of ${flavors.join(' or ')} takes it (docs/runners.md).`;
}
