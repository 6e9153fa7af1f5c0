import { useId, useRef, type ReactNode } from 'react';
import type { GraphqlFailure } from '../../graphql/client.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { FailureMessage } from './failure-message.js';
import { useFieldErrors, type ErrorAt, type FieldLabels } from './field-errors.js';
import styles from './form-dialog.module.css';

/** A form in a dialog. It cannot be closed or submitted again while `isBusy`. */
export function FormDialog({
  title,
  submitLabel,
  busyLabel,
  isBusy,
  labels,
  failure,
  failureSummary,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  submitLabel: string;
  /** Replaces the label of the submit button while `isBusy`. */
  busyLabel: string;
  isBusy: boolean;
  labels: FieldLabels;
  failure: GraphqlFailure | null;
  /** A sentence: "The token wasn’t created." */
  failureSummary: string;
  onSubmit: () => void;
  onClose: () => void;
  children: (errorAt: ErrorAt) => ReactNode;
}) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const errorAt = useFieldErrors(failure, labels, form);
  const close = () => !isBusy && onClose();
  return (
    <Dialog
      title={title}
      isOpen
      keepsContent
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={id} tone="primary" isBusy={isBusy}>
            {isBusy ? busyLabel : submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={id}
        ref={form}
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) onSubmit();
        }}
      >
        {children(errorAt)}
        <FailureMessage summary={failureSummary} failure={failure} />
      </form>
    </Dialog>
  );
}
