import type { Config } from '../config/index.js';

/** The settings that limit requests. */
export type ServerLimits = Pick<
  Config,
  | 'maxDepth'
  | 'maxAliases'
  | 'maxDirectives'
  | 'maxTokens'
  | 'maxCost'
  | 'batchSize'
  | 'maxBodyBytes'
  | 'maxBodiesBytes'
  | 'headerSeconds'
  | 'bodySeconds'
  | 'operationSeconds'
  | 'downloadStallSeconds'
  | 'minTransferRate'
  | 'maxConcurrentOperations'
  | 'ratePerKey'
  | 'ratePerAddress'
  | 'maxConnections'
  | 'maxSockets'
  | 'maxSubscriptions'
  | 'maxMessageBytes'
  | 'socketIdleSeconds'
  | 'introspection'
  | 'explorer'
  | 'automaticPersistedQueries'
  | 'persistedOperations'
  | 'corsOrigins'
  | 'trustedProxies'
>;
