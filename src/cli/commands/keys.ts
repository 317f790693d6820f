import { Command } from 'commander';
import { parseScopes, SCOPES, scopeName } from '../../access/index.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import type { KeyFacts } from '../registry.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

const DAY_MS = 86_400_000;

/** `probelog keys` */
export function keysCommand(): Command {
  return new Command('keys')
    .description('make, list and revoke the keys by which programs are let in')
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
    .description('make a key, and print it: it is shown this once, and not kept')
    .argument('<name>', 'what it is for')
    .requiredOption('--scope <scope...>', `what it is for: ${SCOPES.map(scopeName).join(', ')}`)
    .option('--label <label...>', 'labels of private models that it sees')
    .option('--registry <name>', 'the one registry whose models it may change')
    .option('--days <n>', 'when it stops being good')
    .option('--json', 'print JSON')
    .action(
      (name: string, { scope, label, registry: only, days, json, url }: CreateFlags, command: Command) => {
        const scopes = parseScopes(scope);
        if (!scopes) command.error(`error: --scope takes ${SCOPES.map(scopeName).join(', ')}`);
        if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days))
          command.error('error: --days takes 1 to 99999');
        const expiresAt = days === undefined ? null : new Date(Date.now() + Number(days) * DAY_MS);
        return withRegistry({ url }, async (registry) => {
          const { secret, key } = await registry.createKey({
            name,
            scopes: scopes ?? [],
            labels: label,
            registry: only,
            expiresAt,
          });
          // Only the key goes to standard output, so that it can be piped into a file of secrets.
          if (json) process.stdout.write(`${JSON.stringify({ secret, ...shown(key) }, null, 2)}\n`);
          else {
            process.stderr.write(`key:${key.prefix} for ${key.name}; it is shown this once.\n`);
            process.stdout.write(`${secret}\n`);
          }
        });
      },
    );
}

function listCommand(): Command {
  return withUrl(withFormats(new Command('list')))
    .description('list the keys, newest first')
    .action(({ url, ...formats }: FormatFlags & UrlFlag) =>
      withRegistry({ url }, async (registry) => {
        printRows((await registry.keys()).map(shown), COLUMNS, formats);
      }),
    );
}

function revokeCommand(): Command {
  return withUrl(new Command('revoke'))
    .description('end a key for ever')
    .argument('<prefix>', 'how it begins after plk_, as `probelog keys list` shows it')
    .action((given: string, { url }: UrlFlag) =>
      withRegistry({ url }, async (registry) => {
        const { prefix, name } = await registry.revokeKey(given.replace(/^(plk_|key:)/, '').split('_')[0]);
        process.stdout.write(`key:${prefix} (${name}) is revoked.\n`);
      }),
    );
}

function shown({ scopes, ...key }: KeyFacts) {
  return { ...key, scopes: scopes.map(scopeName), status: statusOf(key) };
}

function statusOf({ revokedAt, expiresAt }: Pick<KeyFacts, 'revokedAt' | 'expiresAt'>): string {
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
