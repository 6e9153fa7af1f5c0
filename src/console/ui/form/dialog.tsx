import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  /** Called on Escape and on a click outside the dialog. */
  onClose?: () => void;
  /** Buttons at the end, in reading order. The one that changes something comes last. */
  actions?: ReactNode;
  /** The dialog asks a question, so a click outside does not close it. */
  isAlert?: boolean;
  /** The dialog holds input or a secret shown once, so a click outside does not close it. */
  keepsContent?: boolean;
  /** The user cannot close the dialog. */
  isBlocking?: boolean;
  children: ReactNode;
}

/** A modal dialog. It keeps the focus inside while it is open, and returns it afterwards. */
export function Dialog(props: DialogProps) {
  const { title, isOpen, onClose, actions, isAlert, keepsContent, isBlocking, children } = props;
  const Parts = isAlert || isBlocking ? AlertDialog : BaseDialog;
  return (
    <Parts.Root
      open={isOpen}
      disablePointerDismissal={keepsContent ?? false}
      onOpenChange={(open) => !open && !isBlocking && onClose?.()}
    >
      <Parts.Portal>
        <Parts.Backdrop className={styles.veil} />
        <Parts.Popup className={styles.dialog}>
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
