import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
import { CreateApiTokenInput } from './api-token.input.js';
import { ApiTokenType, CreatedApiTokenType } from './api-token.type.js';
import type { ApiTokenRow, ApiTokens, NewApiToken } from './api-tokens.js';

@Resolver()
export class ApiTokenResolver {
  @ExpectedRows(10)
  @Query(() => [ApiTokenType], {
    description: 'Returns the viewer’s API tokens that are not revoked, newest first.',
  })
  @Audience('EVERYONE')
  apiTokens(@Ctx() { apiTokens }: { apiTokens: ApiTokens }): Promise<ApiTokenRow[]> {
    return apiTokens.list();
  }

  @Mutation(() => CreatedApiTokenType, {
    description:
      'Creates an API token for the viewer. Requires a browser session or a token with the scope ADMIN.',
  })
  @Audience('EVERYONE')
  createApiToken(
    @Arg('input', () => CreateApiTokenInput, { description: 'The name, scope and expiry of the token.' })
    input: CreateApiTokenInput,
    @Ctx() { apiTokens }: { apiTokens: ApiTokens },
  ): Promise<NewApiToken> {
    return apiTokens.create(input);
  }

  @Mutation(() => ID, {
    description:
      'Revokes one of the viewer’s API tokens and returns its id. Requires a browser session or a token with the scope ADMIN.',
  })
  @Audience('EVERYONE')
  revokeApiToken(
    @Uuid() @Arg('id', () => ID, { description: 'The id of the token.' }) id: string,
    @Ctx() { apiTokens }: { apiTokens: ApiTokens },
  ): Promise<string> {
    return apiTokens.revoke(id);
  }
}
