import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';

@ObjectType('DisconnectMcpServerPayload', { description: 'What became of a connection that was given up.' })
@Audience('EVERYONE')
export class DisconnectType {
  @Field(() => Boolean, {
    description:
      'Whether the provider confirmed that the grant is revoked (RFC 7009). Here it is gone in any case.',
  })
  @Audience('EVERYONE')
  revoked!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the provider has not confirmed it yet and will be asked again, for seven days if need be. Nothing is left to do for you.',
  })
  @Audience('EVERYONE')
  revocationPending!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Why the grant may still stand at the provider; null when it is revoked, or when there was none.',
  })
  @Audience('EVERYONE')
  revocationError!: string | null;
}
