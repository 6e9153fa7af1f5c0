import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import styles from './dialog.module.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  /** Escape, and a press beside the dialog. */
  onClose?: () => void;
  /** Buttons at its end, in reading order; the one that changes something last. */
  actions?: ReactNode;
  /** Asks before something is done: a press beside it is no answer. */
  asks?: boolean;
  /** Holds what a person has typed, or may see only once: a press beside it does not close it. */
  isKept?: boolean;
  /** Stays until the page itself takes it away. */
  isModalForGood?: boolean;
  /** What gets the focus when it opens; the first control unless said otherwise. */
  initialFocus?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

/** A modal dialog: takes the focus, keeps it, and gives it back to where it was. */
export function Dialog(props: DialogProps) {
  const { title, isOpen, onClose, actions, asks, isKept, isModalForGood, initialFocus, children } = props;
  const Parts = asks || isModalForGood ? AlertDialog : BaseDialog;
  return (
    <Parts.Root
      open={isOpen}
      disablePointerDismissal={isKept ?? false}
      onOpenChange={(open) => !open && !isModalForGood && onClose?.()}
    >
      <Parts.Portal>
        <Parts.Backdrop className={styles.veil} />
        <Parts.Popup className={styles.dialog} {...(initialFocus && { initialFocus })}>
          <Parts.Title className={styles.title}>{title}</Parts.Title>
          <Parts.Description render={<div />} className={styles.body}>
            {children}
          </Parts.Description>
          {actions && <div className={styles.actions}>{actions}</div>}
        </Parts.Popup>
      </Parts.Portal>
    </Parts.Root>
  );
}
