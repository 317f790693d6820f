import 'reflect-metadata';
import { createServer } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { createProbelog } from 'probelog';
import { buildTypeDefsAndResolvers } from 'type-graphql';
import { openDatabase } from './database.js';
import { type RegistryContext, RegistryResolver } from './registry.js';

/** Where the registry keeps its data. ProbeLog shares its PostgreSQL, in a schema of its own. */
export interface RegistrySettings {
  port: number;
  folder: string;
  databaseUrl?: string;
  modelFolder: string;
  probeImages: string;
  textEncoder: string;
}

/** A model registry whose models can be searched by what they recognize. */
export async function startRegistry(settings: RegistrySettings) {
  const { port, folder, databaseUrl } = settings;
  const prisma = await openDatabase({ url: databaseUrl, folder: `${folder}/registry` });
  const probelog = await createProbelog({
    dataFolder: `${folder}/probelog`,
    databaseUrl,
    textEncoder: settings.textEncoder,
    modelFolders: [settings.modelFolder],
    probes: { name: 'default', source: settings.probeImages },
    model: {
      type: 'RegisteredModel',
      load: async (versions) => {
        const where = { OR: versions.map(({ name, version }) => ({ name, version })) };
        const found = await prisma.registeredModel.findMany({ where });
        const byVersion = new Map(found.map((model) => [`${model.name}/${model.version}`, model]));
        return versions.map(({ name, version }) => byVersion.get(`${name}/${version}`) ?? null);
      },
    },
  });
  const host = await buildTypeDefsAndResolvers({ resolvers: [RegistryResolver] });
  const app = express();
  const server = createServer(app);
  const apollo = new ApolloServer<RegistryContext>({
    includeStacktraceInErrorResponses: false,
    typeDefs: [host.typeDefs, probelog.typeDefs],
    resolvers: [host.resolvers, probelog.resolvers],
    plugins: [ApolloServerPluginDrainHttpServer({ httpServer: server }), probelog.plugin],
  });
  await apollo.start();
  const published: RegistryContext['published'] = ({ name, version, file }) =>
    probelog.onModelRegistered({ name, version, source: file });
  app.use('/probelog', probelog.handler);
  app.use('/graphql', express.json({ limit: '16mb' }));
  app.use(
    '/graphql',
    expressMiddleware(apollo, { context: async () => ({ prisma, published, ...probelog.context() }) }),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { url, close: () => apollo.stop().then(() => prisma.$disconnect()) };
}
