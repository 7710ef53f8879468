const POLL_SECONDS = 10;
const FULL_BACKOFF_SECONDS = 120;
const MOST_POLLS_SKIPPED = 5;

/**
 * Whether this poll is to try again what was refused for lack of capacity. The polls keep no state and come every ten
 * seconds, so the backoff is in the odds: from every poll at first down to one in six on average after two minutes. The
 * jitter spreads the jobs of a stack, so that none of them is always a little too late for a free slot.
 */
export function isTimeToTry(elapsedSeconds: number, random: () => number): boolean {
  if (elapsedSeconds < 2 * POLL_SECONDS) { return true; }
  const skipped = MOST_POLLS_SKIPPED * Math.min(1, elapsedSeconds / FULL_BACKOFF_SECONDS);
  return random() < 1 / (1 + skipped);
}
