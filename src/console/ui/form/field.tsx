import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from 'react';
import styles from './field.module.css';

export interface FieldProps {
  label: string;
  /** What to put in, where the label alone does not say it. */
  hint?: ReactNode;
  /** What is wrong with what was put in. */
  mistake?: string | undefined;
}

/** What ties a control to its label, hint and mistake. */
interface ControlProps {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** A label, a control, and what there is to say about it. */
export function Field({
  label,
  hint,
  mistake,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const about = [hint && `${id}-hint`, mistake && `${id}-mistake`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {children({ id, 'aria-describedby': about || undefined, 'aria-invalid': mistake ? true : undefined })}
      {mistake && (
        <p id={`${id}-mistake`} className={styles.mistake}>
          {mistake}
        </p>
      )}
    </div>
  );
}

type Without<Props> = Omit<Props, 'onChange' | 'value' | 'id'>;

interface TextFieldProps extends FieldProps, Without<InputHTMLAttributes<HTMLInputElement>> {
  value: string;
  onChange: (value: string) => void;
}

export function TextField({ label, hint, mistake, value, onChange, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} mistake={mistake}>
      {(control) => (
        <input
          type="text"
          autoComplete="off"
          {...input}
          {...control}
          className={styles.control}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

interface TextAreaProps extends FieldProps, Without<TextareaHTMLAttributes<HTMLTextAreaElement>> {
  value: string;
  onChange: (value: string) => void;
}

export function TextArea({ label, hint, mistake, value, onChange, ...area }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} mistake={mistake}>
      {(control) => (
        <textarea
          rows={2}
          {...area}
          {...control}
          className={styles.control}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps<Value extends string>
  extends FieldProps, Without<SelectHTMLAttributes<HTMLSelectElement>> {
  value: Value;
  onChange: (value: Value) => void;
  options: Readonly<Record<Value, string>>;
}

/** One of a few, folded. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, hint, mistake, value, onChange, options, ...select } = props;
  return (
    <Field label={label} hint={hint} mistake={mistake}>
      {(control) => (
        <select
          {...select}
          {...control}
          className={styles.control}
          value={value}
          onChange={({ target }) => onChange(target.value as Value)}
        >
          {Object.entries<string>(options).map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** One of a few, all in sight, each with what it means. */
export function Choice<Value extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: Readonly<Record<Value, { label: string; hint?: string }>>;
}) {
  const name = useId();
  return (
    <fieldset className={styles.choice}>
      <legend>{label}</legend>
      {(Object.entries(options) as [Value, { label: string; hint?: string }][]).map(([option, words]) => (
        <label key={option} className={styles.option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          <span>
            {words.label}
            {words.hint && <span className={styles.hint}>{words.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Yes or no. */
export function Checkbox({
  label,
  hint,
  isChecked,
  onChange,
}: {
  label: string;
  hint?: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}) {
  return (
    <label className={styles.option}>
      <input type="checkbox" checked={isChecked} onChange={({ target }) => onChange(target.checked)} />
      <span>
        {label}
        {hint && <span className={styles.hint}>{hint}</span>}
      </span>
    </label>
  );
}
