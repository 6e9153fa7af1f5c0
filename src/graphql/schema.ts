import 'reflect-metadata';
import {
  defaultFieldResolver,
  isNonNullType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { buildSchema, GraphQLISODateTime, type NonEmptyArray } from 'type-graphql';
import { AuditEventResolver } from '../audit-log/audit-event.resolver.js';
import { FailureReportResolver } from '../accounts/graphql/failure-report.resolver.js';
import { ViewerAccountResolver } from '../accounts/graphql/viewer-account.resolver.js';
import { ServerAccountsResolver } from '../accounts/graphql/server-accounts.resolver.js';
import { ConnectedAccountResolver } from '../accounts/graphql/connected-account.resolver.js';
import { ToolResolver } from '../tools/tool.resolver.js';
import { DiagnosisResolver } from '../diagnosis/diagnosis.resolver.js';
import { ApiTokenResolver } from '../identity/api-tokens/api-token.resolver.js';
import { UserResolver } from '../identity/users/user.resolver.js';
import { ViewerAccessResolver, ViewerResolver } from '../identity/sign-in/viewer.resolver.js';
import { requireAdmin } from '../identity/viewer.js';
import { McpServerConfigResolver } from '../servers/graphql/mcp-server-config.resolver.js';
import { ServerChangesResolver } from '../servers/graphql/server-changes.resolver.js';
import type { Audience } from '../audience.js';
import { returnsObjects } from './cost/cost-plan.js';
import { namePathsByArguments } from './argument-paths.js';
import type { Context } from './context.js';
import { documentTypes } from './documentation.js';
import { ErrorExtensionsType } from './error-extensions.type.js';
import { checkInputs } from './input-checks.js';

const resolvers: NonEmptyArray<new () => object> = [
  UserResolver,
  ApiTokenResolver,
  ViewerResolver,
  ViewerAccessResolver,
  McpServerConfigResolver,
  ServerChangesResolver,
  ViewerAccountResolver,
  ConnectedAccountResolver,
  FailureReportResolver,
  ServerAccountsResolver,
  ToolResolver,
  DiagnosisResolver,
  AuditEventResolver,
];

/**
 * Creates the executable schema of members: administrators' fields are null and their operations FORBIDDEN.
 * @throws Error as `createSchemas`
 */
export async function createSchema(): Promise<GraphQLSchema> {
  return (await createSchemas()).EVERYONE;
}

/**
 * Creates the same schema for each audience. Redaction is decided once, when a schema is built, so it costs a list of a
 * thousand rows nothing. Only `createExecutor` chooses between the schemas.
 * @throws Error naming a field that declares no audience, or that is for administrators and not nullable, an id argument or
 * input field without `@Uuid()`, an input type that contains itself, or a list that declares no expected rows
 */
export async function createSchemas(): Promise<Record<Audience, GraphQLSchema>> {
  const build = () => buildSchema({ resolvers, orphanedTypes: [ErrorExtensionsType], validate: false });
  const schemas = { EVERYONE: await build(), ADMIN: await build() };
  for (const audience of ['EVERYONE', 'ADMIN'] as const) {
    documentTypes(schemas[audience]);
    checkInputs(schemas[audience]);
    namePathsByArguments(schemas[audience]);
    // Outermost, so that members get FORBIDDEN whatever they enter.
    guardByAudience(schemas[audience], audience);
  }
  requireExpectedRows(schemas.EVERYONE);
  GraphQLISODateTime.serialize = serializeTime;
  return schemas;
}

/** Accepts the ISO texts of hot reads in addition to dates. */
function serializeTime(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  throw new TypeError('A time is a date or an ISO text.');
}

/** Prints the schema as SDL in a stable order, as in `schema.graphql`. */
export function printSchemaSorted(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** Returns the audience of a field, which defaults to its type's. */
export function audienceOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): Audience | undefined {
  const declared = field.extensions.audience ?? type.extensions.audience;
  return declared as Audience | undefined;
}

/** Returns the schema's own object types, without those of introspection. */
export function ownObjectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

/**
 * Enforces every declared audience, in place. For EVERYONE, an ADMIN field of an object is null and its resolver doesn't
 * run. In either schema, an ADMIN query or mutation is FORBIDDEN to members.
 * @throws Error naming a field that declares no audience, or that is for administrators and not nullable
 */
export function guardByAudience(schema: GraphQLSchema, reader: Audience): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  for (const type of ownObjectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const audience = audienceOf(type, field);
      if (!audience) throw new Error(`${type.name}.${field.name} declares no audience.`);
      if (audience === 'EVERYONE') continue;
      if (isNonNullType(field.type)) {
        throw new Error(`${type.name}.${field.name} is for administrators and must be nullable.`);
      }
      if (roots.has(type)) requireAdminFor(field);
      else if (reader !== 'ADMIN') field.resolve = () => null;
    }
  }
}

/** @throws Error naming a list of objects whose number of rows is unknown, so that its cost would be too */
export function requireExpectedRows(schema: GraphQLSchema): void {
  for (const type of ownObjectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const isGiven =
        field.extensions.expectedRows !== undefined ||
        field.args.some(({ name }) => name === 'first') ||
        (field.name === 'edges' && type.name.endsWith('Connection'));
      if (returnsObjects(field) && !isGiven) {
        throw new Error(`${type.name}.${field.name} declares no expected rows.`);
      }
    }
  }
}

function requireAdminFor(field: GraphQLField<unknown, Context>): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (root, args, context, info) => {
    requireAdmin(context.viewer);
    return resolve(root, args, context, info);
  };
}
