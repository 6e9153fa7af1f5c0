import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { reportPort } from '../report-port.js';
import { createContext, openPool, resolvers, typeDefs } from './catalogue-api.js';

const pool = openPool();
const app = Fastify({ logger: false });
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: resolvers as IResolvers,
  // Compiles a query with graphql-jit when it has been executed once.
  jit: 1,
  graphiql: false,
  context: ({ headers }) => createContext(pool, headers),
});
await app.listen({ port: 0, host: '127.0.0.1' });
reportPort((app.server.address() as AddressInfo).port);
