import { type Check, failed, ok } from '../check.js';

/** Every variable is a known setting with a valid value; one finding for each that is not. */
export const settings: Check = {
  name: 'settings',
  async run({ problems }) {
    if (problems.length === 0) return ok('all are valid');
    return problems.map(({ variable, message }) =>
      failed(message, `correct ${variable}, or unset it; \`probelog config\` describes all settings`),
    );
  },
};
