export { Access, type AccessOptions, type Credentials } from './access.js';
export { type CreatedApiKey, createApiKey, type NewApiKeyRequest } from './create-api-key.js';
export { type CursorSeal, openCursorSeal } from './cursor-seal.js';
export { type ImageLinks, type LinkQuery, openImageLinks } from './image-links.js';
export { ANONYMOUS, allows, type Principal, visibilityScopeOf } from './principal.js';
export { SCOPES, scopeName } from './scopes.js';
export { type OidcOptions, openTokens } from './tokens.js';
