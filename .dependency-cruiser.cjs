/**
 * The direction of imports (docs/architecture.md): cli, embed → server → app → graphql, registry-sync → access, ingest,
 * search, registries → probing, text, store, download → domain. `npm run check` and test/architecture enforce these rules.
 */

/** Any folder except domain and client may use these two; they import nothing of ours but each other's errors. */
const COMMON = ['errors', 'lib'];
const LOWER = ['probing', 'text', 'store', 'download', 'domain', ...COMMON];
const MIDDLE = ['access', 'ingest', 'search', 'registries', ...LOWER];
const UPPER = ['graphql', 'registry-sync', 'app', 'config', ...MIDDLE];

/** What each folder of src may import, besides itself. A folder that is not named here may import nothing. */
const MAY_IMPORT = {
  domain: [],
  errors: [],
  lib: ['errors'],
  client: [],
  config: COMMON,
  probing: ['domain', ...COMMON],
  text: ['domain', ...COMMON],
  store: ['domain', ...COMMON],
  download: COMMON,
  access: LOWER,
  ingest: LOWER,
  search: LOWER,
  registries: LOWER,
  graphql: MIDDLE,
  'registry-sync': MIDDLE,
  // Opens and connects what the commands and the server share; the only folder below them that reads the settings.
  app: ['config', 'registry-sync', ...MIDDLE],
  server: UPPER,
  cli: ['client', 'server', ...UPPER],
  // ProbeLog inside another server.
  embed: ['server', ...UPPER],
};

const directions = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-imports-downwards`,
  comment: `src/${folder} may import ${allowed.join(', ') || 'no other folder'}.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'every-folder-has-a-place',
      comment: 'A new folder of src is added to MAY_IMPORT first.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'through-the-face',
      comment:
        'A folder is imported through its index.ts only; lib is a set of files that have nothing to do with each other.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/lib/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'through-the-face-from-outside',
      comment: 'The face of the package uses the faces of the folders. Benchmarks and tests may look inside.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'Files that need each other to load cannot be understood, or loaded, one by one.',
      severity: 'error',
      from: { pathNot: '^src/store/generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain has no input or output and no framework; two packages of arithmetic are all it may use.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', 'node_modules/(ml-matrix|@petamoriken/float16)/'] },
    },
    {
      name: 'client-is-portable',
      comment: 'The client runs in browsers and workers: nothing of Node, and no package.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { pathNot: '^src/client/' },
    },
    {
      name: 'entries-are-started',
      comment: 'The main.ts of a process or worker starts work when it is imported.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/.*/main\\.ts$' },
    },
    {
      name: 'ui-uses-the-client',
      comment: 'What the UI knows of the server is what any user of the client knows.',
      severity: 'error',
      from: { path: '^ui/' },
      to: { path: '^src/(?!client/)' },
    },
    {
      name: 'packages-are-declared',
      comment: 'What the program needs at run time stands in dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'resolvable',
      comment: 'Every import must lead somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    // Types count too: what a file needs to know is what it imports.
    tsPreCompilationDeps: true,
  },
};
