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
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { AuditEventResolver } from '../audit-log/audit-event.resolver.js';
import { FailureReportResolver } from '../accounts/graphql/failure-report.resolver.js';
import { ViewerAccountResolver } from '../accounts/graphql/viewer-account.resolver.js';
import { ServerAccountsResolver } from '../accounts/graphql/server-accounts.resolver.js';
import { ConnectedAccountResolver } from '../accounts/graphql/connected-account.resolver.js';
import { ToolResolver } from '../tools/tool.resolver.js';
import { DiagnosisResolver } from '../diagnosis/diagnosis.resolver.js';
import { ApiTokenResolver } from '../identity/api-tokens/api-token.resolver.js';

import { UserResolver } from '../identity/users/user.resolver.js';
import { ViewerResolver } from '../identity/sign-in/viewer.resolver.js';
import { requireAdmin } from '../identity/viewer.js';
import { McpServerConfigResolver } from '../servers/graphql/mcp-server-config.resolver.js';
import type { Audience } from '../audience.js';
import type { Context } from './context.js';

const resolvers: NonEmptyArray<new () => object> = [
  UserResolver,
  ApiTokenResolver,
  ViewerResolver,
  McpServerConfigResolver,
  ViewerAccountResolver,
  ConnectedAccountResolver,
  FailureReportResolver,
  ServerAccountsResolver,
  ToolResolver,
  DiagnosisResolver,
  AuditEventResolver,
];

/**
 * The executable schema for everybody: administrators' fields are null in it, and their operations FORBIDDEN.
 * @throws Error naming the field, if one declares no audience, or is for administrators and could not be null.
 */
export async function createSchema(): Promise<GraphQLSchema> {
  return (await createSchemas()).EVERYONE;
}

/**
 * The same schema for each audience, so that who may read a field is settled once, when it is built, and costs a list
 * of a thousand values nothing. Only `createExecutor` chooses between them.
 * @throws Error naming the field, if one declares no audience, or is for administrators and could not be null.
 */
export async function createSchemas(): Promise<Record<Audience, GraphQLSchema>> {
  const build = () => buildSchema({ resolvers, validate: false });
  const schemas = { EVERYONE: await build(), ADMIN: await build() };
  guardByAudience(schemas.EVERYONE, 'EVERYONE');
  guardByAudience(schemas.ADMIN, 'ADMIN');
  return schemas;
}

/** The schema as SDL in a stable order: what `schema.graphql` holds. */
export function printSchemaSorted(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** The audience that a field declares itself, or takes from its type. */
export function audienceOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): Audience | undefined {
  const declared = field.extensions.audience ?? type.extensions.audience;
  return declared as Audience | undefined;
}

/** The object types that this schema declares itself, not the ones of introspection. */
export function ownObjectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

/**
 * Makes every declared audience hold, in place. For EVERYONE an ADMIN field of an object answers null, and nothing of
 * its resolver is run. An ADMIN query or mutation answers FORBIDDEN to everybody else in either schema.
 * @throws Error naming the field, if one declares no audience, or is for administrators and could not be null.
 */
export function guardByAudience(schema: GraphQLSchema, reader: Audience): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  for (const type of ownObjectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const audience = audienceOf(type, field);
      if (!audience) throw new Error(`${type.name}.${field.name} does not declare its audience.`);
      if (audience === 'EVERYONE') continue;
      if (roots.has(type)) {
        refuseOthers(field);
      } else if (isNonNullType(field.type)) {
        throw new Error(`${type.name}.${field.name} is for administrators and has to be nullable.`);
      } else if (reader !== 'ADMIN') {
        field.resolve = () => null;
      }
    }
  }
}

function refuseOthers(field: GraphQLField<unknown, Context>): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (root, args, context, info) => {
    requireAdmin(context.viewer);
    return resolve(root, args, context, info);
  };
}
