import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The console as `npm run build` leaves it, held in memory: a newer build on the disk leaves a running server whole. */
export interface ConsoleFiles {
  /** The one document, the same for every address of the console. */
  index: string;
  /** By file name, which holds a hash of the content. */
  assets: ReadonlyMap<string, ConsoleAsset>;
}

export interface ConsoleAsset {
  identity: Buffer;
  br?: Buffer;
  gzip?: Buffer;
}

/** The same folder from src/ and from dist/. */
const built = fileURLToPath(new URL('../../../dist/console/', import.meta.url));

const encodings = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
] as const;

/** Reads the console's files. @throws Error with a readable message when the console isn't built */
export async function readConsole(folder = built): Promise<ConsoleFiles> {
  const index = await readFile(path.join(folder, 'index.html'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new Error("The web console isn't built. Run: npm run build");
    },
  );
  const files = await readdir(path.join(folder, 'assets'));
  const contents = await Promise.all(files.map((file) => readFile(path.join(folder, 'assets', file))));
  const byName = new Map(files.map((file, i) => [file, contents[i]!]));
  const assets = new Map<string, ConsoleAsset>();
  for (const [file, identity] of byName) {
    if (encodings.some(([ending]) => file.endsWith(ending))) continue;
    const compressed = encodings.flatMap(([ending, encoding]) => {
      const content = byName.get(file + ending);
      return content ? [[encoding, content] as const] : [];
    });
    assets.set(file, { identity, ...Object.fromEntries(compressed) });
  }
  return { index, assets };
}
