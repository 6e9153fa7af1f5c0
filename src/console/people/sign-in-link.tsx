import { MakeSignInLinkDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure } from '../ui/form/change-failure.js';
import { ShownOnce } from '../ui/form/shown-once.js';
import { Bone, Loading } from '../ui/states.js';
import { TimeAgo } from '../ui/time-ago.js';

/** The making of a link. What it answers goes with the dialog that shows it. */
export function useSignInLink() {
  return useChange(MakeSignInLinkDocument, { gcTime: 0 });
}

/** A link that is being made for this person, then the link, or why there is none. */
export function SignInLink({
  personId,
  displayName,
  making,
}: {
  personId: string;
  displayName: string;
  making: ReturnType<typeof useSignInLink>;
}) {
  const { data, error, isPending, mutate } = making;
  if (data) {
    const { url, expiresAt } = data.createSignInLink;
    return (
      <>
        <p role="status">
          Send this link to {displayName} and to nobody else: whoever opens it first signs in as them. It
          works once, runs out <TimeAgo at={expiresAt} />, and cannot be shown again.
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
      <ChangeFailure says="There is no link yet." failure={error} />
      <Button onClick={() => mutate({ userId: personId })}>Try again</Button>
    </>
  );
}
