import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSetupError } from '../database-setup-error.js';

/** The account that PostgreSQL runs as, if it is not this process's user. */
export interface Account {
  uid: number;
  gid: number;
  name: string;
}

/** In order of preference: accounts for databases, then `nobody`, which owns hardly anything else. */
const preferredAccounts = ['postgres', '_postgres', 'nobody'];

async function readAccounts(): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Chooses the account to run PostgreSQL as, because PostgreSQL refuses to run as root. The owner of an existing database
 * folder takes precedence: PostgreSQL must own its folder, and the folder is never chowned.
 * @returns null to run as this process's user
 * @throws DatabaseSetupError if the folder belongs to another user
 */
export async function chooseAccount(clusterFolder: string): Promise<Account | null> {
  const self = process.getuid?.();
  const owner = await stat(clusterFolder).catch(() => null);
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new DatabaseSetupError(
        `${clusterFolder} belongs to another user (uid ${owner.uid}). Run Switchboard as that user, or as root if root created the folder, or set DATA_DIR to another folder.`,
      );
    }
    return null;
  }
  const accounts = await readAccounts();
  if (owner && owner.uid !== 0) {
    const name = accounts.find(({ uid }) => uid === owner.uid)?.name ?? `uid ${owner.uid}`;
    return { uid: owner.uid, gid: owner.gid, name };
  }
  const account = preferredAccounts
    .flatMap((name) => accounts.filter((each) => each.name === name))
    .find(({ uid }) => uid !== 0);
  if (account) return account;
  throw new DatabaseSetupError(
    `PostgreSQL cannot run as root, and none of the accounts ${preferredAccounts.join(', ')} exists. Run Switchboard as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Returns the outermost folder on the way to `target` that the account cannot enter, or null if it can enter all. */
export async function findClosedFolder(target: string, account: Account | null): Promise<string | null> {
  if (!account) return null;
  const { root } = path.parse(target);
  const names = path.relative(root, target).split(path.sep).filter(Boolean);
  let folder = root;
  for (const name of ['', ...names]) {
    folder = path.join(folder, name);
    const { uid, gid, mode } = await stat(folder);
    const search = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & search) === 0) return folder;
  }
  return null;
}
