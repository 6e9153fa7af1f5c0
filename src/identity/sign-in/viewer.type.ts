import { GraphQLUUID } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Role } from '../store/user.entity.js';

@ObjectType('Viewer', { description: 'Whoever asks.' })
export class ViewerType {
  @Field(() => GraphQLUUID, { description: 'The account’s id.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'The account’s address, in lower case.' })
  @Audience('EVERYONE')
  email!: string;

  @Field(() => String, { description: 'The name that others see.' })
  @Audience('EVERYONE')
  displayName!: string;

  @Field(() => Role, {
    description: 'The account’s role. An API token with a narrower scope than ADMIN does not carry it.',
  })
  @Audience('EVERYONE')
  role!: Role;
}
