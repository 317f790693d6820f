import { type Check, ok, warning } from '../check.js';

/** Models can be run without a network. */
export const isolation: Check = {
  name: 'isolation of models',
  async run() {
    const { probeNetworkIsolation } = await import('../../../probing/index.js');
    const found = await probeNetworkIsolation();
    if (found.inForce) return ok('models run without a network');
    const [reason] = found.reason.split('\n').filter((line) => !line.startsWith('Command failed'));
    return warning(
      `models run with the network and the permissions of this user: ${reason ?? found.reason}`,
      'allow user namespaces (sysctl -w user.max_user_namespaces=10000; in Docker --security-opt seccomp=unconfined), or take models only from sources you trust; see docs/model-safety.md',
    );
  },
};
