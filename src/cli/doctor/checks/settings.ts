import { type Check, failed, ok } from '../check.js';

/** Every variable is a setting, and has a value that it may have; each that has not is told. */
export const settings: Check = {
  name: 'settings',
  async run({ problems }) {
    if (problems.length === 0) return ok('all are usable');
    return problems.map(({ variable, message }) =>
      failed(message, `set ${variable} anew, or unset it; \`probelog config\` tells what each is for`),
    );
  },
};
