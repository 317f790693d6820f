import { type Check, failed, ok, Skipped } from '../check.js';

/** The configured registries can be listed. */
export const registries: Check = {
  name: 'registries',
  async run(machine) {
    const config = machine.config();
    const { checkRegistryAccess, hasListedRegistry } = await import('../../../app/index.js');
    if (!hasListedRegistry(config)) return ok('none is configured to be listed');
    if (!machine.network) throw new Skipped('the network is used only with --network');
    const reached = await checkRegistryAccess(config);
    return reached.map(({ registry, part, problem }) =>
      problem === null
        ? ok(`${registry}: ${part} can be listed`)
        : failed(
            `${registry}: ${part} cannot be listed: ${problem}`,
            'correct the address or the token in the settings (docs/registries), or let this machine reach it',
          ),
    );
  },
};
