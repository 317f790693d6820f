/**
 * Where in its run a version's files are, as far as its record tells; null when it does not. `source` was chosen by whoever
 * registered the version, so it is taken for a path within that run and nothing else.
 */
export function runPath({
  source,
  run_id: runId,
}: {
  source?: string | null;
  run_id?: string | null;
}): string | null {
  if (!source || !runId || !/^[\w-]{1,64}$/.test(runId)) return null;
  const beginnings = [`runs:/${runId}/`, `/${runId}/artifacts/`];
  for (const beginning of beginnings) {
    const place = source.indexOf(beginning);
    if (place === -1) continue;
    const path = source.slice(place + beginning.length).replace(/\/+$/, '');
    return /^[\w .+@=-]+(\/[\w .+@=-]+)*$/.test(path) && !path.split('/').includes('..') ? path : null;
  }
  return null;
}
