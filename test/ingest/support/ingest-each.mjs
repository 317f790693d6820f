// Opens the compiled service on a data folder, ingests each model in turn, and prints how that ended.
import { basename } from 'node:path';

const [service, config, dataFolder, encoder, ...sources] = process.argv.slice(2);
const { openService } = await import(service);
const { loadConfig } = await import(config);
const environment = {
  PROBELOG_DATA: dataFolder,
  PROBELOG_TEXT_ENCODER: encoder,
  PROBELOG_INGEST_ATTEMPTS: '1',
};
const opened = await openService(loadConfig(environment), {
  log: () => undefined,
  work: true,
  trustedCaller: true,
});
const ends = [];
for (const source of sources) {
  const { id } = await opened.ingest.enqueue({ name: basename(source), version: '1', source });
  let last;
  for await (const ingest of opened.ingest.watch(id)) last = ingest;
  ends.push([last.state, last.errorCode]);
}
await opened.close();
console.log(JSON.stringify(ends));
