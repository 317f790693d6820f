export { buildSchema } from './build-schema.js';
export { checkFilter } from './check-filter.js';
export { subjectOf } from './concept-subject.js';
export { type Context, createContext } from './context.js';
export { formatError } from './format-error.js';
export { generateSdl } from './generate-sdl.js';
export { globalId, keyOf } from './global-id.js';
export { conditionsOf } from './search-page.js';
export type { Services } from './services.js';
