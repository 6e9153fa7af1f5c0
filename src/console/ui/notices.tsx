import { Toast } from '@base-ui/react/toast';
import styles from './notices.module.css';

const manager = Toast.createToastManager();

/** Says for some seconds, at the page's edge and to screen readers, that something has happened. Callable from anywhere. */
export function notify(text: string, kind: 'news' | 'problem' = 'news'): void {
  manager.add({ description: text, type: kind, timeout: kind === 'problem' ? 0 : 6_000 });
}

/** Where notices appear: once, in the shell. */
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
      <Toast.Close className={styles.close} aria-label="Close this notice">
        ×
      </Toast.Close>
    </Toast.Root>
  ));
}
