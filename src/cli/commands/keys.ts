import { Command } from 'commander';
import { createApiKey, parseScopes, SCOPES, scopeName } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ApiKeyRecord, Store } from '../../store/index.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { withService } from '../with-service.js';

const PAGE = 100;
const DAY_MS = 86_400_000;

/** `probelog keys` */
export function keysCommand(): Command {
  return new Command('keys')
    .description('make, list and revoke the keys by which programs are let in')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

interface CreateFlags {
  scope: string[];
  label?: string[];
  registry?: string;
  days?: string;
  json?: boolean;
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key, and print it: it is shown this once, and not kept')
    .argument('<name>', 'what it is for')
    .requiredOption('--scope <scope...>', `what it is for: ${SCOPES.map(scopeName).join(', ')}`)
    .option('--label <label...>', 'labels of private models that it sees')
    .option('--registry <name>', 'the one registry whose models it may change')
    .option('--days <n>', 'when it stops being good')
    .option('--json', 'print JSON')
    .action((name: string, { scope, label, registry, days, json }: CreateFlags, command: Command) => {
      const scopes = parseScopes(scope);
      if (!scopes) command.error(`error: --scope takes ${SCOPES.map(scopeName).join(', ')}`);
      if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days)) command.error('error: --days takes 1 to 99999');
      const expiresAt = days === undefined ? null : new Date(Date.now() + Number(days) * DAY_MS);
      return withService(false, async ({ store }) => {
        const { secret, key } = await createApiKey(store.apiKeys, {
          name,
          scopes: scopes ?? [],
          labels: label,
          registry,
          expiresAt,
        });
        // Only the key goes to standard output, so that it can be piped into a file of secrets.
        if (json) process.stdout.write(`${JSON.stringify({ secret, ...shown(key) }, null, 2)}\n`);
        else {
          process.stderr.write(`key:${key.prefix} for ${key.name}; it is shown this once.\n`);
          process.stdout.write(`${secret}\n`);
        }
      });
    });
}

function listCommand(): Command {
  return withFormats(new Command('list'))
    .description('list the keys, newest first')
    .action((formats: FormatFlags) =>
      withService(false, async ({ store }) => {
        const rows = (await allKeys(store)).map(shown);
        printRows(rows, COLUMNS, formats);
      }),
    );
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a key for ever')
    .argument('<prefix>', 'how it begins after plk_, as `probelog keys list` shows it')
    .action((prefix: string) =>
      withService(false, async ({ store }) => {
        const key = await store.apiKeys.byPrefix(prefix.replace(/^(plk_|key:)/, '').split('_')[0]);
        if (!key) throw new ProbelogError('NOT_FOUND', 'There is no key with this prefix.');
        await store.apiKeys.revoke(key.id);
        process.stdout.write(`key:${key.prefix} (${key.name}) is revoked.\n`);
      }),
    );
}

async function allKeys(store: Store): Promise<ApiKeyRecord[]> {
  const keys: ApiKeyRecord[] = [];
  let page: ApiKeyRecord[];
  do {
    page = await store.apiKeys.page({ first: PAGE, after: keys.at(-1) });
    keys.push(...page);
  } while (page.length === PAGE);
  return keys;
}

/** What is told of a key; never its hash. */
function shown({ hash: _, id: __, scopes, ...key }: ApiKeyRecord) {
  return { ...key, scopes: scopes.map(scopeName), status: statusOf(key) };
}

function statusOf({ revokedAt, expiresAt }: Pick<ApiKeyRecord, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'good';
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
