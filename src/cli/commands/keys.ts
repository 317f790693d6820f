import { Command } from 'commander';
import {
  type AccessScope,
  CreateKeyDocument,
  type KeyFactsFragment as KeyFacts,
  ListedKeysDocument,
  RevokeKeyDocument,
} from '../generated/operations.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const DAY_MS = 86_400_000;
const SCOPES: Readonly<Record<string, AccessScope>> = { read: 'READ', ingest: 'INGEST', admin: 'ADMIN' };
const SCOPE_NAMES = Object.keys(SCOPES).join(', ');

/** `probelog keys` */
export function keysCommand(): Command {
  return new Command('keys')
    .description('create, list and revoke API keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

interface CreateFlags extends UrlFlag {
  scope: string[];
  label?: string[];
  registry?: string;
  days?: string;
  json?: boolean;
}

function createCommand(): Command {
  return withUrl(new Command('create'))
    .description('create a key and print it; it is not stored, and cannot be shown again')
    .argument('<name>', 'what the key is for')
    .requiredOption('--scope <scope...>', `what it may do: ${SCOPE_NAMES}`)
    .option('--label <label...>', 'visibility labels of private models that it sees')
    .option('--registry <name>', 'the only registry whose models it may change')
    .option('--days <n>', 'days until it expires (default: never)')
    .option('--json', 'print JSON')
    .action(
      (name: string, { scope: names, label, registry, days, json, url }: CreateFlags, command: Command) => {
        const scopes = [...new Set(names)].flatMap((scope) => SCOPES[scope] ?? []);
        if (!names.every((scope) => Object.hasOwn(SCOPES, scope)))
          command.error(`error: --scope takes ${SCOPE_NAMES}`);
        if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days))
          command.error('error: --days takes 1 to 99999');
        const expiresAt = days && new Date(Date.now() + Number(days) * DAY_MS).toISOString();
        return withClient({ url }, async (client) => {
          const input = { name, scopes, labels: label, registry, expiresAt };
          const { secret, key } = (await client.query(CreateKeyDocument, { input })).createApiKey;
          if (json) return printJson({ secret, ...rowOf(key) });
          // Only the key goes to standard output, so that it can be piped into a file of secrets.
          process.stderr.write(`key:${key.prefix} for ${key.name}; it is shown only this once.\n`);
          process.stdout.write(`${secret}\n`);
        });
      },
    );
}

function listCommand(): Command {
  return withUrl(withFormats(new Command('list')))
    .description('list the keys, newest first')
    .action(({ url, ...formats }: FormatFlags & UrlFlag) =>
      withClient({ url }, async (client) => {
        const rows = [];
        for await (const { node } of client.edges(ListedKeysDocument, {}, ({ apiKeys }) => apiKeys))
          rows.push(rowOf(node));
        printRows(rows, COLUMNS, formats);
      }),
    );
}

function revokeCommand(): Command {
  return withUrl(new Command('revoke'))
    .description('revoke a key for good')
    .argument('<prefix>', 'its first characters after plk_, as `probelog keys list` shows them')
    .action((given: string, { url }: UrlFlag) =>
      withClient({ url }, async (client) => {
        const prefix = given.replace(/^(plk_|key:)/, '').split('_')[0];
        const { name } = (await client.query(RevokeKeyDocument, { prefix })).revokeApiKey;
        process.stdout.write(`key:${prefix} (${name}) is revoked.\n`);
      }),
    );
}

function rowOf({ scopes, ...key }: KeyFacts) {
  return { ...key, scopes: scopes.map((scope) => scope.toLowerCase()), status: statusOf(key) };
}

function statusOf({ revokedAt, expiresAt }: Pick<KeyFacts, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'good';
}

const COLUMNS = {
  prefix: 'KEY',
  name: 'NAME',
  scopes: 'SCOPES',
  labels: 'LABELS',
  registry: 'REGISTRY',
  status: 'STATUS',
  lastUsedAt: 'LAST USED',
};
