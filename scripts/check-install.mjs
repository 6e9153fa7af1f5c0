// Checks, before anything is built or run, that `npm ci` finished, that it installed what package-lock.json lists, and
// that this Node is new enough. Plain JavaScript without dependencies for any Node that knows ES modules, because it
// runs when nothing is installed. Run as a program, it also requires the development dependencies.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Checks the installation in a folder.
 * @param {string} root The folder of package.json.
 * @param {{ development: boolean }} needs Whether the command needs the development dependencies.
 * @returns {string | null} What to run or install, or null when the command can run.
 */
export function findInstallProblem(root, { development }) {
  // npm writes this file last, so an installation that failed has none.
  const installed = readPackages(path.join(root, 'node_modules/.package-lock.json'));
  if (!installed) return 'The dependencies are not installed. Run: npm ci';
  const listed = Object.entries(readPackages(path.join(root, 'package-lock.json')) || {}).filter(
    ([place, entry]) => place !== '' && !entry.optional && !entry.devOptional && !entry.peer,
  );
  const isMissing = ([place]) => !installed[place];
  const isOther = ([place, { version }]) => installed[place] && installed[place].version !== version;
  if (listed.some((entry) => isOther(entry) || (isMissing(entry) && !entry[1].dev))) {
    return 'The installed dependencies are not the ones in package-lock.json. Run: npm ci';
  }
  if (development && listed.some(isMissing)) {
    return 'This command needs the development dependencies. Run: npm ci --include=dev';
  }
  return findNodeProblem(root);
}

/** @returns {Record<string, Record<string, unknown>> | null} null when there is no lock file that npm finished. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages || null;
  } catch {
    return null;
  }
}

function findNodeProblem(root) {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  const [major, minor] = needed.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return null;
  const bundled =
    process.platform === 'linux' ? ' On Linux, npm ci --include=optional installs one for this project.' : '';
  return (
    `Switchboard needs Node ${needed} or newer, and this is Node ${process.versions.node}. ` +
    `Install Node ${needed} or newer from https://nodejs.org/.${bundled}`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = findInstallProblem(fileURLToPath(new URL('..', import.meta.url)), { development: true });
  if (problem) {
    console.error(problem);
    process.exitCode = 1;
  }
}
