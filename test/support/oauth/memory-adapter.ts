import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Creates an adapter that stores the data of one oidc-provider in memory. */
export function createMemoryAdapter(): (model: string) => Adapter {
  const entries = new Map<string, AdapterPayload>();
  const findWhere = (model: string, matches: (entry: AdapterPayload) => boolean) =>
    [...entries].find(([key, entry]) => key.startsWith(`${model}:`) && matches(entry))?.[1];

  return (model) => ({
    async upsert(id, payload) {
      entries.set(`${model}:${id}`, payload);
    },
    async find(id) {
      return entries.get(`${model}:${id}`);
    },
    async findByUid(uid) {
      return findWhere(model, (entry) => entry.uid === uid);
    },
    async findByUserCode(userCode) {
      return findWhere(model, (entry) => entry.userCode === userCode);
    },
    async consume(id) {
      const entry = entries.get(`${model}:${id}`);
      if (entry) entry.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      entries.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, entry] of entries) if (entry.grantId === grantId) entries.delete(key);
    },
  });
}
