// Opens the compiled service on a data folder and ingests one model until it is killed; prints each probe count.
const [module, config, dataFolder, encoder, probeSet, source] = process.argv.slice(2);
const { openService } = await import(module);
const { loadConfig } = await import(config);
const service = await openService(loadConfig({ PROBELOG_DATA: dataFolder, PROBELOG_TEXT_ENCODER: encoder }), {
  log: () => undefined,
  work: true,
  trustedCaller: true,
});
const { id } = await service.ingest.enqueue({ name: 'killed', version: '1', source, probeSet });
for await (const { done } of service.ingest.watch(id)) console.log(JSON.stringify({ id, done }));
