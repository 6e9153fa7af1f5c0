import { monitorEventLoopDelay } from 'node:perf_hooks';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import {
  getNullableType,
  isInputObjectType,
  isListType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { startApp, type TestApp } from '../support/app.js';
import { credentialHeaders } from '../support/graphql.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

/** Elements of each list. The body stays below 1 MiB. */
const count = 500_000;

let app: TestApp;
let admin: SignedInUser;
let schema: GraphQLSchema;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  schema = await createSchema();
});
afterAll(() => app.close());

/** A list that an operation takes, and a request that fills it with wrong elements. */
interface ListInput {
  name: string;
  body: string;
}

/** Returns the JSON of each value of a type that has one long list and nothing else. */
function valuesWithList(type: GraphQLInputType, path: string): { path: string; json: string }[] {
  const nullable: GraphQLInputType = getNullableType(type);
  if (isListType(nullable)) {
    const inner = valuesWithList(nullable.ofType, `${path}[0]`).map((found) => ({
      path: found.path,
      json: `[${found.json}]`,
    }));
    return [{ path, json: `[${'1,'.repeat(count - 1)}1]` }, ...inner];
  }
  if (!isInputObjectType(nullable)) return [];
  return Object.values(nullable.getFields()).flatMap((field) =>
    valuesWithList(field.type, `${path}.${field.name}`).map((found) => ({
      path: found.path,
      json: `{${JSON.stringify(field.name)}:${found.json}}`,
    })),
  );
}

/** Finds every list that an argument takes, in input objects of any depth. */
function findListInputs(): ListInput[] {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  return roots.flatMap((root, isMutation) =>
    Object.values(root?.getFields() ?? {}).flatMap((field) =>
      field.args.flatMap((argument) => {
        // The variables of the other arguments are absent. The tested one comes first.
        const args = [argument, ...field.args.filter((other) => other !== argument)];
        const variables = args
          .map(({ name, type }: GraphQLArgument) => `$${name}: ${String(type)}`)
          .join(' ');
        const given = args.map(({ name }) => `${name}: $${name}`).join(' ');
        const query = `${isMutation ? 'mutation' : 'query'} (${variables}) { ${field.name}(${given}) { __typename } }`;
        return valuesWithList(argument.type, argument.name).map(({ path, json }) => ({
          name: `${field.name} ${path}`,
          body: `{"query":${JSON.stringify(query)},"variables":{${JSON.stringify(argument.name)}:${json}}}`,
        }));
      }),
    ),
  );
}

const encodings = {
  identity: (body: string) => Buffer.from(body),
  gzip: (body: string) => gzipSync(body, { level: 1 }),
  br: (body: string) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
} as const;
type Encoding = keyof typeof encodings;

/** Attempts of which the best counts: the machine's other work also delays the event loop. */
const attempts = 3;

const delays = monitorEventLoopDelay({ resolution: 1 });

/** Sends a body. @returns the response, and the longest delay of the event loop meanwhile, in ms */
async function send(body: Buffer, encoding: Encoding) {
  delays.reset();
  delays.enable();
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      ...credentialHeaders(app, admin),
      'content-type': 'application/json',
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
    },
    body,
  });
  const text = await response.text();
  delays.disable();
  return { status: response.status, text, delay: delays.max / 1e6 };
}

test.each(Object.keys(encodings) as Encoding[])(
  'a list of 500,000 wrong elements in any input delays others no more than an unused value does (%s)',
  async (encoding) => {
    const inputs = findListInputs();
    expect(inputs.map(({ name }) => name)).toContain('auditEvents filter.actions');
    const unused = encodings[encoding](
      `{"query":"{ viewer { id } }","variables":{"unused":[${'1,'.repeat(count - 1)}1]}}`,
    );
    const idle: number[] = [];
    for (let attempt = 0; attempt < attempts; attempt += 1) idle.push((await send(unused, encoding)).delay);
    const allowed = 5 * Math.max(...idle);
    const slow: string[] = [];
    for (const { name, body } of inputs) {
      const encoded = encodings[encoding](body);
      let delay = Infinity;
      for (let attempt = 0; attempt < attempts && delay > allowed; attempt += 1) {
        const answer = await send(encoded, encoding);
        expect([name, answer.status]).toEqual([name, 400]);
        expect(answer.text).toContain('Use at most 1,000 elements.');
        expect(answer.text.length).toBeLessThan(10_000);
        delay = Math.min(delay, answer.delay);
      }
      if (delay > allowed) slow.push(`${name}: ${delay} ms, ${allowed} ms allowed`);
    }
    expect(slow).toEqual([]);
  },
);
