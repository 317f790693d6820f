import { z } from 'zod';
import { byteSize, wholeNumber } from './formats.js';
import { option } from './option.js';

const onOff = z.enum(['on', 'off']).transform((text) => text === 'on');

/** Settings of the limits on operations and callers; docs/limits.md lists them. */
export const LIMIT_OPTIONS = {
  maxDepth: option(
    {
      variable: 'PROBELOG_MAX_DEPTH',
      description: 'Nesting depth of an operation.',
      allowed: 'a whole number from 1 to 1,000',
      fallback: '16',
    },
    wholeNumber(1, 1_000),
  ),
  maxAliases: option(
    {
      variable: 'PROBELOG_MAX_ALIASES',
      description: 'Aliases in an operation. Each can repeat the same work.',
      allowed: 'a whole number from 0 to 10,000',
      fallback: '30',
    },
    wholeNumber(0, 10_000),
  ),
  maxDirectives: option(
    {
      variable: 'PROBELOG_MAX_DIRECTIVES',
      description: 'Directives in an operation.',
      allowed: 'a whole number from 0 to 10,000',
      fallback: '50',
    },
    wholeNumber(0, 10_000),
  ),
  maxTokens: option(
    {
      variable: 'PROBELOG_MAX_TOKENS',
      description: 'Tokens in the text of an operation: names, numbers, strings and punctuation.',
      allowed: 'a whole number from 10 to 1,000,000',
      fallback: '2000',
    },
    wholeNumber(10, 1_000_000),
  ),
  maxCost: option(
    {
      variable: 'PROBELOG_MAX_COST',
      description:
        'Cost of an operation: 1 for each field, 20 for a search and for each further concept of it; fields inside a list count `first` times.',
      allowed: 'a whole number from 10 to 1,000,000,000',
      fallback: '50000',
    },
    wholeNumber(10, 1_000_000_000),
  ),
  batchSize: option(
    {
      variable: 'PROBELOG_BATCH_SIZE',
      description: 'Operations in one HTTP request, sent as a list; 0 refuses lists.',
      allowed: 'a whole number from 0 to 100',
      fallback: '0',
    },
    wholeNumber(0, 100),
  ),
  maxBodyBytes: option(
    {
      variable: 'PROBELOG_MAX_BODY_BYTES',
      description: 'Size of the body of a GraphQL request. An image of 10 MiB takes 14 MiB in base64.',
      allowed: 'a size from 1 KiB to 256 MiB',
      fallback: '16MiB',
    },
    byteSize(2 ** 10, 2 ** 28),
  ),
  maxBodiesBytes: option(
    {
      variable: 'PROBELOG_MAX_BODIES_BYTES',
      description:
        'Memory of all bodies over 64 KiB that are held at the same time. Further ones get 503 and Retry-After.',
      allowed: 'a size from 16 MiB to 1 TiB',
      fallback: '256MiB',
    },
    byteSize(2 ** 24, 2 ** 40),
  ),
  headerSeconds: option(
    {
      variable: 'PROBELOG_HEADER_SECONDS',
      description:
        'Seconds in which the headers of a request must arrive, and the first ones of a new connection.',
      allowed: 'a whole number from 1 to 300',
      fallback: '20',
    },
    wholeNumber(1, 300),
  ),
  bodySeconds: option(
    {
      variable: 'PROBELOG_BODY_SECONDS',
      description: 'Seconds in which the body of a request must arrive.',
      allowed: 'a whole number from 1 to 3600',
      fallback: '30',
    },
    wholeNumber(1, 3_600),
  ),
  operationSeconds: option(
    {
      variable: 'PROBELOG_OPERATION_SECONDS',
      description:
        'Seconds that a query, a mutation or one event of a subscription may take. Then it is ended, together with its searches.',
      allowed: 'a whole number from 1 to 3600',
      fallback: '120',
    },
    wholeNumber(1, 3_600),
  ),
  maxConcurrentOperations: option(
    {
      variable: 'PROBELOG_OPERATIONS_AT_ONCE',
      description:
        'Queries, mutations and subscription events processed at the same time. Further events wait; further operations get 503 and Retry-After.',
      allowed: 'a whole number from 1 to 10,000',
      fallback: '200',
    },
    wholeNumber(1, 10_000),
  ),
  ratePerKey: option(
    {
      variable: 'PROBELOG_RATE_PER_KEY',
      description: 'Requests per minute for each key or token; 0 is unlimited.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '6000',
    },
    wholeNumber(0, 10_000_000),
  ),
  ratePerAddress: option(
    {
      variable: 'PROBELOG_RATE_PER_ADDRESS',
      description:
        'Requests per minute for each address without a valid key or token; 0 is unlimited. IPv6 addresses count by their /64.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '600',
    },
    wholeNumber(0, 10_000_000),
  ),
  imageRatePerKey: option(
    {
      variable: 'PROBELOG_IMAGE_RATE_PER_KEY',
      description: 'Probe images per minute for each key or token, besides its requests; 0 is unlimited.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '60000',
    },
    wholeNumber(0, 10_000_000),
  ),
  imageRatePerAddress: option(
    {
      variable: 'PROBELOG_IMAGE_RATE_PER_ADDRESS',
      description:
        'Probe images per minute for each address without a valid key or token, besides its requests; 0 is unlimited. Signed URLs are not counted.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '6000',
    },
    wholeNumber(0, 10_000_000),
  ),
  maxConnections: option(
    {
      variable: 'PROBELOG_MAX_CONNECTIONS',
      description: 'Connections open at the same time, of any kind. Further ones are closed at once.',
      allowed: 'a whole number from 10 to 1,000,000',
      fallback: '10000',
    },
    wholeNumber(10, 1_000_000),
  ),
  maxSockets: option(
    {
      variable: 'PROBELOG_MAX_SOCKETS',
      description: 'WebSockets open at the same time; the same number again for event streams.',
      allowed: 'a whole number from 0 to 1,000,000',
      fallback: '2000',
    },
    wholeNumber(0, 1_000_000),
  ),
  maxSubscriptions: option(
    {
      variable: 'PROBELOG_MAX_SUBSCRIPTIONS',
      description: 'Concurrent operations on one WebSocket.',
      allowed: 'a whole number from 1 to 10,000',
      fallback: '100',
    },
    wholeNumber(1, 10_000),
  ),
  maxMessageBytes: option(
    {
      variable: 'PROBELOG_MAX_MESSAGE_BYTES',
      description: 'Size of a message on a WebSocket, or of an operation sent to an event stream.',
      allowed: 'a size from 1 KiB to 256 MiB',
      fallback: '256KiB',
    },
    byteSize(2 ** 10, 2 ** 28),
  ),
  socketIdleSeconds: option(
    {
      variable: 'PROBELOG_SOCKET_IDLE_SECONDS',
      description: 'Seconds without an operation after which a WebSocket is closed.',
      allowed: 'a whole number from 1 to 86400',
      fallback: '300',
    },
    wholeNumber(1, 86_400),
  ),
  introspection: option(
    {
      variable: 'PROBELOG_INTROSPECTION',
      description:
        'Whether the schema can be introspected. When off, errors also stop suggesting names for a misspelled field, argument or value.',
      allowed: 'on, off',
      fallback: 'on',
    },
    onOff,
  ),
  ui: option(
    {
      variable: 'PROBELOG_UI',
      description: 'Whether the UI is served, at `/`.',
      allowed: 'on, off',
      fallback: 'on',
    },
    onOff,
  ),
  explorer: option(
    {
      variable: 'PROBELOG_EXPLORER',
      description: 'Whether browsers get the explorer. It needs introspection.',
      allowed: 'on, off',
      fallback: 'on',
    },
    onOff,
  ),
  automaticPersistedQueries: option(
    {
      variable: 'PROBELOG_AUTOMATIC_PERSISTED_QUERIES',
      description:
        'Whether a client may send the SHA-256 of an operation it has sent before instead of its text.',
      allowed: 'on, off',
      fallback: 'on',
    },
    onOff,
  ),
  persistedOperations: option(
    {
      variable: 'PROBELOG_PERSISTED_OPERATIONS',
      description:
        'List of the only operations that may run, by text or SHA-256. Unset: any operation may run.',
      allowed:
        'the path of a JSON file: texts by their SHA-256, or a manifest of @apollo/generate-persisted-query-manifest',
    },
    z.string().min(1).optional(),
  ),
};
