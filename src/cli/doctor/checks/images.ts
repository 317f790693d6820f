import { type Check, failed, ok } from '../check.js';
import { inChild } from '../in-child.js';

/** Encodes and decodes the formats of probe images. */
const TRIED = `
const sharp = require('sharp');
(async () => {
  for (const format of ['jpeg', 'png', 'webp']) {
    const image = sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } });
    const { info } = await sharp(await image.toFormat(format).toBuffer()).raw().toBuffer({ resolveWithObject: true });
    if (info.width !== 4) throw new Error(format + ' is decoded wrongly');
  }
  console.log(sharp.versions.sharp + ' with libvips ' + sharp.versions.vips);
})().catch((thrown) => {
  console.error('Error: ' + thrown.message);
  process.exitCode = 1;
});
`;

/** sharp decodes images. */
export const images: Check = {
  name: 'images',
  async run() {
    const outcome = await inChild(TRIED);
    if ('printed' in outcome) return ok(`sharp ${outcome.printed} decodes JPEG, PNG and WebP`);
    return failed(
      `sharp cannot be used, so no image can be decoded: ${outcome.problem}`,
      'install the packages on this platform: rm -r node_modules && npm ci --ignore-scripts',
    );
  },
};
