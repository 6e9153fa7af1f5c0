import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { LRUCache } from 'lru-cache';

type PersistedQueries = Exclude<ApolloServerOptions<BaseContext>['persistedQueries'], false | undefined>;

/**
 * Returns the cache of automatic persisted queries: texts by their SHA-256, which clients send instead of a text that they
 * sent before. It holds at most 4 MiB in this process. After a miss, clients send the text again.
 */
export function persistedQueries(): PersistedQueries {
  const texts = new LRUCache<string, string>({
    max: 5_000,
    maxSize: 4 * 1024 * 1024,
    maxEntrySize: 64 * 1024,
    sizeCalculation: (text) => text.length + 100,
  });
  return {
    ttl: null,
    cache: {
      get: (hash) => Promise.resolve(texts.get(hash)),
      set: (hash, text) => Promise.resolve(void texts.set(hash, text)),
      delete: (hash) => Promise.resolve(texts.delete(hash)),
    },
  };
}
