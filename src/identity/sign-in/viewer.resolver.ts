import { Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../../audience.js';
import type { Sessions } from './sessions.js';
import type { Viewer } from '../viewer.js';
import { ViewerType } from './viewer.type.js';

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Returns the user who sends the request.' })
  @Audience('EVERYONE')
  viewer(@Ctx() { viewer }: { viewer: Viewer }): ViewerType {
    const { userId, email, displayName, role } = viewer;
    return { id: userId, email, displayName, role };
  }

  @Mutation(() => Boolean, {
    description:
      'Ends the viewer’s browser session and returns true. To revoke an API token, use revokeApiToken.',
  })
  @Audience('EVERYONE')
  async signOut(@Ctx() { sessions }: { sessions: Sessions }): Promise<boolean> {
    await sessions.signOut();
    return true;
  }
}
