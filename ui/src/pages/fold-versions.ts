/** An answer, as far as folding needs it. */
interface Answer {
  node: { index: number; label: string | null; model: { name: string; version: string } };
}

/** An answer with the versions of the model that give the same one further down. */
export interface Folded<Edge> {
  edge: Edge;
  versions: string[];
}

/** Folds the same output (number and label) of other versions of a model into the best of them. */
export function foldVersions<Edge extends Answer>(edges: readonly Edge[]): Folded<Edge>[] {
  const folded = new Map<string, Folded<Edge>>();
  for (const edge of edges) {
    const { index, label, model } = edge.node;
    const key = JSON.stringify([model.name, index, label]);
    const first = folded.get(key);
    if (first) first.versions.push(model.version);
    else folded.set(key, { edge, versions: [] });
  }
  return [...folded.values()];
}
