/** Returns numbers in [0, 1), like Math.random, but the same numbers for the same seed. */
export type Random = () => number;

const MODULUS = 2 ** 31 - 1;

/** Lehmer's generator (MINSTD). It is small and good enough for schedules and simulations, but not for secrets. */
export function seededRandom(seed: number): Random {
  let state = 1 + Math.abs(Math.trunc(seed)) % (MODULUS - 1);
  const next = () => (state = state * 48_271 % MODULUS);
  // The first numbers of neighboring seeds are similar.
  for (let i = 0; i < 8; i++) {
    next();
  }
  return () => (next() - 1) / (MODULUS - 1);
}

/** Returns a number with the standard normal distribution (Box-Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Returns a string in the format of a UUID, which is the same for the same seed. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
