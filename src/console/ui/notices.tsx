import { Toast } from '@base-ui/react/toast';
import styles from './notices.module.css';

const manager = Toast.createToastManager();

/** Shows a notice for six seconds, and announces it to screen readers. */
export function notify(text: string): void {
  manager.add({ description: text, timeout: 6_000 });
}

/** The place of the notices. The shell renders it once. */
export function Notices() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <NoticeList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function NoticeList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.notice}>
      <Toast.Description className={styles.text} />
      <Toast.Close className={styles.close} aria-label="Dismiss">
        ×
      </Toast.Close>
    </Toast.Root>
  ));
}
