/** The lifetime of a token in days, or a custom expiration day. */
export type Lifetime = '7' | '30' | '90' | '365' | 'CUSTOM';

export const lifetimes: Readonly<Record<Lifetime, string>> = {
  '7': '7 days',
  '30': '30 days',
  '90': '90 days',
  '365': '1 year',
  CUSTOM: 'Custom',
};

const dayMs = 86_400_000;

/** One day less than the server's limit, so that the time of day and clock differences don't matter. */
const longestDays = 364;

/** Returns a day for `<input type="date">`, in the browser's time zone. */
export function dayInput(daysAhead: number): string {
  const at = new Date(Date.now() + daysAhead * dayMs);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export const earliestDay = () => dayInput(0);
export const latestDay = () => dayInput(longestDays);

/** Returns the expiration: for a custom day its end in the browser's time zone. null while no day is chosen. */
export function expiryOf(lifetime: Lifetime, day: string): Date | null {
  if (lifetime !== 'CUSTOM') return new Date(Date.now() + Number(lifetime) * dayMs);
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end;
}
