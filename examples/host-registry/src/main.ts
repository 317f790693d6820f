import { fileURLToPath } from 'node:url';
import { startRegistry } from './server.js';

const demo = fileURLToPath(new URL('../../../demo/', import.meta.url));

const registry = await startRegistry({
  port: Number(process.env.PORT ?? 4000),
  folder: process.env.REGISTRY_DATA ?? './data/host-registry',
  databaseUrl: process.env.DATABASE_URL,
  modelFolder: `${demo}models`,
  probeImages: `${demo}probes`,
  textEncoder: `${demo}encoder`,
});
console.log(`The registry answers at ${registry.url}/graphql`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void registry.close());
