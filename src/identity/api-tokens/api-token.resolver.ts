import { GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { CreateApiTokenInput } from './api-token.input.js';
import { ApiTokenType, CreatedApiTokenType } from './api-token.type.js';
import type { ApiTokenRow, ApiTokens, NewApiToken } from './api-tokens.js';

@Resolver()
export class ApiTokenResolver {
  @Query(() => [ApiTokenType], {
    description: 'The viewer’s own API tokens that are not revoked, newest first.',
  })
  @Audience('EVERYONE')
  apiTokens(@Ctx() { apiTokens }: { apiTokens: ApiTokens }): Promise<ApiTokenRow[]> {
    return apiTokens.list();
  }

  @Mutation(() => CreatedApiTokenType, {
    description: 'Issues an API token to the viewer. Needs a session or a token with the scope ADMIN.',
  })
  @Audience('EVERYONE')
  createApiToken(
    @Arg('input', () => CreateApiTokenInput, { description: 'What the token is called, and what it may do.' })
    input: CreateApiTokenInput,
    @Ctx() { apiTokens }: { apiTokens: ApiTokens },
  ): Promise<NewApiToken> {
    return apiTokens.create(input);
  }

  @Mutation(() => GraphQLUUID, {
    description:
      'Ends one of the viewer’s API tokens: its id. Needs a session or a token with the scope ADMIN.',
  })
  @Audience('EVERYONE')
  revokeApiToken(
    @Arg('id', () => GraphQLUUID, { description: 'Which token to end.' }) id: string,
    @Ctx() { apiTokens }: { apiTokens: ApiTokens },
  ): Promise<string> {
    return apiTokens.revoke(id);
  }
}
