import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { reportPort } from '../report-port.js';
import { createContext, openPool, resolvers, typeDefs, type Context } from './catalogue-api.js';

const pool = openPool();
const server = new ApolloServer<Context>({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: ({ req }) => createContext(pool, req.headers),
});
reportPort(Number(new URL(url).port));
