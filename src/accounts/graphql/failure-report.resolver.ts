import type DataLoader from 'dataloader';
import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../../audience.js';
import { UserType } from '../../identity/users/user.type.js';
import type { UserRow } from '../../identity/users/users.js';
import { ConnectionFailureType } from './failure-report.type.js';
import type { ConnectionFailureRow, ConnectionFailures } from '../failures/failure-reports.js';

interface FailuresContext {
  connectionFailures: ConnectionFailures;
  userLoader: DataLoader<string, UserRow | null>;
}

/** What people's connections failed with, for administrators to look up. */
@Resolver(() => ConnectionFailureType)
export class ConnectionFailureResolver {
  @Audience('ADMIN')
  @Query(() => ConnectionFailureType, {
    description:
      'What is known of the failure that a person has a reference of: popup pages show it, and errors carry it as `extensions.reference`. Case, spaces and hyphens do not matter. NOT_FOUND for an unknown one; they are kept for 30 days.',
  })
  connectionFailure(
    @Arg('reference', () => String, { description: 'The eight characters that the person was shown.' })
    reference: string,
    @Ctx() { connectionFailures }: FailuresContext,
  ): Promise<ConnectionFailureRow> {
    return connectionFailures.get(reference);
  }

  @Audience('ADMIN')
  @Query(() => [ConnectionFailureType], {
    description: 'What connections failed with in the last 30 days, newest first.',
  })
  connectionFailures(
    @Arg('mcpServerConfigId', () => GraphQLUUID, {
      nullable: true,
      description: 'Of this server alone; without it, of all.',
    })
    mcpServerConfigId: string | null,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 200.' }) first: number,
    @Ctx() { connectionFailures }: FailuresContext,
  ): Promise<ConnectionFailureRow[]> {
    return connectionFailures.list(mcpServerConfigId, first);
  }

  @Audience('EVERYONE')
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose connection it is.' })
  user(
    @Root() { userId }: ConnectionFailureRow,
    @Ctx() { userLoader }: FailuresContext,
  ): Promise<UserRow | null> {
    return userLoader.load(userId);
  }
}
