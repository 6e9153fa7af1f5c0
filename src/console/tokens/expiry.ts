/** How long a token may live, in whole days; or until a day of one's own choice. */
export type Lifetime = '7' | '30' | '90' | '365' | 'DAY';

export const lifetimes: Readonly<Record<Lifetime, string>> = {
  '7': '7 days',
  '30': '30 days',
  '90': '90 days',
  '365': 'A year',
  DAY: 'Until a day of your choice',
};

const dayMs = 86_400_000;

/** One day less than the server allows, whatever the clocks and the hour. */
const longestDays = 364;

/** A day as `<input type="date">` has it, so many days from now, where the browser is. */
export function dayInput(daysAhead: number): string {
  const at = new Date(Date.now() + daysAhead * dayMs);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export const earliestDay = () => dayInput(0);
export const latestDay = () => dayInput(longestDays);

/** When a token ends: the end of the chosen day where the browser is. null while no day is chosen. */
export function expiryOf(lifetime: Lifetime, day: string): Date | null {
  if (lifetime !== 'DAY') return new Date(Date.now() + Number(lifetime) * dayMs);
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end;
}
