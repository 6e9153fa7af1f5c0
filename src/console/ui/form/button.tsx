import { forwardRef, type AnchorHTMLAttributes, type ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';

export type ButtonTone = 'plain' | 'primary' | 'danger' | 'quiet';

const classOf = (tone: ButtonTone, more?: string) =>
  [styles.button, tone !== 'plain' && styles[tone], more].filter(Boolean).join(' ');

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  /** The action is in progress. The button keeps the focus and ignores clicks. */
  isBusy?: boolean;
}

/** A button. It submits a form only with `type="submit"`. */
export const Button = forwardRef<HTMLButtonElement, ButtonProps>(
  ({ tone = 'plain', isBusy = false, className, onClick, type = 'button', ...rest }, ref) => (
    <button
      {...rest}
      ref={ref}
      type={type}
      aria-disabled={isBusy || rest['aria-disabled']}
      className={classOf(tone, className)}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    />
  ),
);

/** A link that looks like a button. */
export function ButtonLink({
  tone = 'plain',
  className,
  children,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { tone?: ButtonTone }) {
  return (
    <a {...rest} className={classOf(tone, className)}>
      {children}
    </a>
  );
}
