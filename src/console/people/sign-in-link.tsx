import { CreateSignInLinkDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { FailureMessage } from '../ui/form/failure-message.js';
import { ShownOnce } from '../ui/form/shown-once.js';
import { Bone, Loading } from '../ui/states.js';
import { TimeAgo } from '../ui/time-ago.js';
import type { User } from './user.js';

/** Creates a sign-in link. The link is discarded with the dialog that shows it. */
export function useCreateSignInLink() {
  return useChange(CreateSignInLinkDocument, { gcTime: 0 });
}

/** A sign-in link that is being created, the link itself, or the failure with a button to try again. */
export function SignInLink({
  user: { id, displayName },
  creation,
}: {
  user: Pick<User, 'id' | 'displayName'>;
  creation: ReturnType<typeof useCreateSignInLink>;
}) {
  const { data, error, isPending, mutate } = creation;
  if (data) {
    const { url, expiresAt } = data.createSignInLink.signInLink;
    return (
      <>
        <p role="status">
          Send this link only to {displayName}. Anyone who opens it can sign in as this user. The link works
          once, expires <TimeAgo at={expiresAt} />, and won’t be shown again.
        </p>
        <ShownOnce label={`Sign-in link for ${displayName}`} what="the sign-in link" text={url} />
      </>
    );
  }
  if (!error || isPending) {
    return (
      <Loading>
        <Bone width="100%" height="38px" />
      </Loading>
    );
  }
  return (
    <>
      <FailureMessage summary="The sign-in link wasn’t created." failure={error} />
      <Button onClick={() => mutate({ userId: id })}>Try again</Button>
    </>
  );
}
