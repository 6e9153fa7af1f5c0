import type { ReactNode } from 'react';
import type { Pages } from '../graphql/pages.js';
import { Button } from './form/button.js';
import { FailureMessage } from './form/failure-message.js';
import styles from './paged-rows.module.css';

/** The loaded rows of a list, dimmed while other ones are loading, and a button for the next page. */
export function PagedRows({
  pages: { isStale, hasMore, isLoadingMore, moreFailure, loadMore },
  end,
  children,
}: {
  pages: Pages<unknown>;
  /** Tells that there are no more rows. A short list needs none. */
  end?: string;
  children: ReactNode;
}) {
  return (
    <div aria-busy={isStale} className={isStale ? styles.stale : undefined}>
      {children}
      {(hasMore || end) && (
        <div className={styles.more}>
          {hasMore ? (
            <Button isBusy={isLoadingMore} onClick={loadMore}>
              {isLoadingMore ? 'Loading…' : 'Load more'}
            </Button>
          ) : (
            <p>{end}</p>
          )}
          {moreFailure && <FailureMessage failure={moreFailure} />}
        </div>
      )}
    </div>
  );
}
