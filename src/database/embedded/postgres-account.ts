import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseProblem } from '../database-problem.js';

/** Whom PostgreSQL runs as where that is not this process's own user. */
export interface Account {
  uid: number;
  gid: number;
  name: string;
}

/** Accounts that exist to own databases come first; `nobody` owns as little as possible elsewhere. */
const preferredAccounts = ['postgres', '_postgres', 'nobody'];

async function readAccounts(): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * The account to run PostgreSQL as: PostgreSQL refuses to be root. An existing database folder decides, since it must
 * belong to whoever runs on it and is never chowned.
 * @returns null: as this process's own user.
 * @throws DatabaseProblem when the folder belongs to somebody else.
 */
export async function chooseAccount(clusterFolder: string): Promise<Account | null> {
  const self = process.getuid?.();
  const owner = await stat(clusterFolder).catch(() => null);
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new DatabaseProblem(
        `${clusterFolder} belongs to another user (uid ${owner.uid}): run as that user, or as root if it was started by root, or choose another DATA_DIR.`,
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
  throw new DatabaseProblem(
    `PostgreSQL does not run as root, and there is no account ${preferredAccounts.join(' or ')} to run it as: run as an ordinary user, or set DATABASE_URL.`,
  );
}

/** The outermost folder on the way to `target` that the account may not pass through; null when it gets there. */
export async function findBarrier(target: string, account: Account | null): Promise<string | null> {
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
