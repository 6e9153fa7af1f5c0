// What the list benchmark measures.
import { listFields, serverCount, smallestQuery, viewerQuery, type Sessions } from './catalogue.js';
import type { ContestantName } from './contestants.js';

export interface Scenario {
  name: string;
  title: string;
  session: keyof Sessions;
  /** null: the list, in each contestant's own schema. */
  query: string | null;
  servers: number;
  contestants: ContestantName[];
}

const list = (servers: number, viewer: string) =>
  `${servers} servers × ${listFields.length} fields, as ${viewer}`;
const small = (query: string) => `\`${query}\`. Raw checks the session and nothing else`;

/** The catalogue only grows, so a scenario with more servers comes later. */
export const scenarios: Scenario[] = [
  {
    name: 'list',
    title: list(serverCount, 'an administrator'),
    session: 'administrator',
    query: null,
    servers: serverCount,
    contestants: ['raw', 'switchboard', 'switchboard-2', 'mercurius', 'postgraphile', 'yoga', 'apollo'],
  },
  {
    name: 'member',
    title: list(serverCount, 'a member'),
    session: 'member',
    query: null,
    servers: serverCount,
    contestants: ['raw', 'switchboard', 'switchboard-2', 'mercurius'],
  },
  {
    name: 'viewer',
    title: small(viewerQuery),
    session: 'administrator',
    query: viewerQuery,
    servers: serverCount,
    contestants: ['raw', 'switchboard', 'switchboard-2', 'mercurius'],
  },
  {
    name: 'typename',
    title: small(smallestQuery),
    session: 'administrator',
    query: smallestQuery,
    servers: serverCount,
    contestants: ['raw', 'switchboard', 'switchboard-2', 'mercurius'],
  },
  {
    name: 'many',
    title: list(200, 'an administrator'),
    session: 'administrator',
    query: null,
    servers: 200,
    contestants: ['raw', 'switchboard', 'switchboard-2', 'mercurius'],
  },
];
