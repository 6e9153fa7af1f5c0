import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ExpectedRows } from '../../expected-rows.js';
import { Uuid } from '../../uuid-input.js';
import { CreateApiTokenInput } from './api-token.input.js';
import { ApiTokenType, CreateApiTokenPayload, RevokeApiTokenPayload } from './api-token.type.js';
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

  @Mutation(() => CreateApiTokenPayload, {
    nullable: true,
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

  @Mutation(() => RevokeApiTokenPayload, {
    nullable: true,
    description:
      'Revokes one of the viewer’s API tokens. Requires a browser session or a token with the scope ADMIN.',
  })
  @Audience('EVERYONE')
  async revokeApiToken(
    @Uuid() @Arg('id', () => ID, { description: 'The id of the token.' }) id: string,
    @Ctx() { apiTokens }: { apiTokens: ApiTokens },
  ): Promise<RevokeApiTokenPayload> {
    return { deletedApiTokenId: await apiTokens.revoke(id) };
  }
}
