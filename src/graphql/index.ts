export { buildSchema } from './build-schema.js';
export { type Context, createContext } from './context.js';
export { formatError } from './format-error.js';
export { generateSdl } from './generate-sdl.js';
export { globalId, keyOf } from './global-id.js';
export type { Services } from './services.js';
