import { Field, ID, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { Role } from '../store/user.entity.js';

@ObjectType('Viewer', { description: 'The user who sends the request.' })
export class ViewerType {
  @Field(() => ID, { description: 'The user’s id.' })
  @Audience('EVERYONE')
  id!: string;

  @Field(() => String, { description: 'The user’s email address, in lower case.' })
  @Audience('EVERYONE')
  email!: string;

  @Field(() => String, { description: 'The name that other users see.' })
  @Audience('EVERYONE')
  displayName!: string;

  @Field(() => Role, {
    description: 'The user’s role. An API token with a scope narrower than ADMIN does not carry it.',
  })
  @Audience('EVERYONE')
  role!: Role;
}
