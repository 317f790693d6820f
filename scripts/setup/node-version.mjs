/** Supported release lines: the lowest minor version that works, and the day their security fixes end. */
const RELEASES = {
  20: { minor: 19, end: '2026-04-30' },
  22: { minor: 12, end: '2027-04-30' },
  24: { minor: 0, end: '2028-04-30' },
  26: { minor: 0, end: '2029-04-30' },
};
const MAJORS = Object.keys(RELEASES).map(Number);

/** Ends the program if this Node is not supported; warns if it gets no security fixes any more. */
export function checkNode() {
  const { supported, message } = judge(process.versions.node);
  if (message) console.error(message);
  if (!supported) process.exit(1);
}

/**
 * @param {string} version such as 22.12.0
 * @param {Date} today
 * @returns {{ supported: boolean, message?: string }}
 */
export function judge(version, today = new Date()) {
  const [major, minor] = version.split('.').map(Number);
  const release = RELEASES[major];
  if (release === undefined && major > Math.max(...MAJORS)) return { supported: true };
  const advice = `Install Node ${listOf(maintained(today))}.`;
  if (release === undefined || minor < release.minor) {
    const range = MAJORS.map((each) => `${each}.${RELEASES[each].minor}`);
    return {
      supported: false,
      message: `ProbeLog does not run on Node ${version}. Supported: ${range.join(', ')} and later releases of these lines. ${advice}`,
    };
  }
  if (today <= new Date(`${release.end}T23:59:59Z`)) return { supported: true };
  return {
    supported: true,
    message: `Node ${major} works, but has had no security fixes since ${release.end}. ${advice}`,
  };
}

function maintained(today) {
  const majors = MAJORS.filter((major) => today <= new Date(`${RELEASES[major].end}T23:59:59Z`));
  return majors.length > 0 ? majors : [Math.max(...MAJORS)];
}

function listOf(majors) {
  return majors.length < 2 ? majors.join('') : `${majors.slice(0, -1).join(', ')} or ${majors.at(-1)}`;
}
