import type { GraphqlFailure } from '../../graphql/client.js';
import styles from './change-failure.module.css';

/** That a change did not work, and why. A session that ended has a dialog of its own, and mistakes stand at their fields. */
export function ChangeFailure({ says, failure }: { says: string; failure: GraphqlFailure | null }) {
  if (!failure || failure.code === 'UNAUTHENTICATED' || failure.details.fields) return null;
  return (
    <p role="alert" className={styles.failure}>
      {says} {failure.message}
    </p>
  );
}

/** What is wrong with what was put into a field, in a sentence. */
export function mistakeAt(failure: GraphqlFailure | null, path: string): string | undefined {
  const mistake = failure?.details.fields?.find((field) => field.path === path);
  return mistake && `This ${mistake.message}.`;
}
