import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga, type YogaInitialContext } from 'graphql-yoga';
import { reportPort } from '../report-port.js';
import { createContext, openPool, resolvers, typeDefs, type Context } from './catalogue-api.js';

interface NodeContext {
  req: IncomingMessage;
  res: ServerResponse;
}

const pool = openPool();
const yoga = createYoga<NodeContext, Context>({
  schema: createSchema<NodeContext & YogaInitialContext & Context>({ typeDefs, resolvers }),
  context: ({ req }) => createContext(pool, req.headers),
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer((req, res) => void yoga(req, res));
server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
