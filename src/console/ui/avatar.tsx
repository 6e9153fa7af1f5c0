import styles from './avatar.module.css';

const tints = 6;
const segments = new Intl.Segmenter();

/** The first letter of a name. Equal names get equal colors. No image is loaded. */
export function Avatar({ name, isRound = false }: { name: string; isRound?: boolean }) {
  const [letter = '?'] = Array.from(segments.segment(name.trim().toUpperCase()), ({ segment }) => segment);
  const tint =
    [...name].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973, 7) % tints;
  return (
    <span
      className={isRound ? `${styles.avatar} ${styles.round}` : styles.avatar}
      data-tint={tint}
      data-letter={letter}
      aria-hidden="true"
    />
  );
}
