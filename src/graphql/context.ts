import { createLoaders, type Loaders } from './loaders.js';
import type { Services } from './services.js';

/** What every resolver of one request shares. */
export interface Context extends Services {
  loaders: Loaders;
}

/** A context for one request. */
export function createContext(services: Services): Context {
  return { ...services, loaders: createLoaders(services) };
}
