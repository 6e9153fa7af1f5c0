import type { ReactNode } from 'react';
import type { GraphqlFailure } from '../../graphql/client.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { FailureMessage } from './failure-message.js';

/** Asks for confirmation before something is done. It cannot be closed while `isBusy`. */
export function ConfirmDialog({
  title,
  isOpen = true,
  confirmLabel,
  busyLabel = confirmLabel,
  cancelLabel = 'Cancel',
  tone = 'danger',
  isBusy = false,
  failure = null,
  failureSummary,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  isOpen?: boolean;
  confirmLabel: string;
  /** Replaces `confirmLabel` while `isBusy`. */
  busyLabel?: string;
  cancelLabel?: string;
  tone?: 'danger' | 'primary';
  isBusy?: boolean;
  failure?: GraphqlFailure | null;
  /** A sentence: "The token wasn’t revoked." */
  failureSummary?: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const close = () => !isBusy && onClose();
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      isAlert
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{cancelLabel}</Button>
          <Button tone={tone} isBusy={isBusy} onClick={onConfirm}>
            {isBusy ? busyLabel : confirmLabel}
          </Button>
        </>
      }
    >
      {children}
      <FailureMessage failure={failure} {...(failureSummary !== undefined && { summary: failureSummary })} />
    </Dialog>
  );
}
