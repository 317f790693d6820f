import { isNodeTooOld, leastNode } from '../../old-node.js';
import { type Check, failed, ok } from '../check.js';

/** Platforms for which ONNX Runtime and sharp have binaries. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Node is new enough, and the native packages support the platform. */
export const node: Check = {
  name: 'Node.js',
  async run() {
    const platform = `${process.platform}-${process.arch}`;
    const glibc = glibcVersion();
    if (isNodeTooOld()) return failed(`this is ${process.version}`, `install Node ${leastNode()} or newer`);
    if (!PLATFORMS.includes(platform))
      return failed(`ONNX Runtime has no binary for ${platform}`, `use one of ${PLATFORMS.join(', ')}`);
    if (process.platform === 'linux' && glibc === undefined)
      return failed(
        'the C library is not glibc (Alpine has musl), and ONNX Runtime has binaries only for glibc',
        'use a Debian image, such as node:22-bookworm-slim',
      );
    return ok(`${process.version} on ${platform}${glibc === undefined ? '' : `, glibc ${glibc}`}`);
  },
};

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}
