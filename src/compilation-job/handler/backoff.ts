import { createHash } from 'crypto';

const POLL_SECONDS = 10;
const MOST_POLLS_PER_TRY = 6;
const SECONDS_PER_STEP = 24;

/**
 * Whether this poll is to try again what was refused for lack of capacity. Polls keep no state and come at least every ten seconds,
 * so the backoff is a function of the time: every poll at first, one of six after two minutes. Which of the six is drawn anew
 * each time, from the request: the jobs of a stack spread out, none is always a little too late for a free slot, and none
 * waits longer than two minutes for its next try.
 */
export function isTimeToTry(elapsedSeconds: number, requestId: string): boolean {
  const poll = Math.floor(elapsedSeconds / POLL_SECONDS);
  const pollsPerTry = Math.min(MOST_POLLS_PER_TRY, 1 + Math.floor(elapsedSeconds / SECONDS_PER_STEP));
  const turn = Math.floor(poll / pollsPerTry);
  const drawn = createHash('sha256').update(`${requestId}:${turn}`).digest().readUInt32BE() % pollsPerTry;
  return poll % pollsPerTry === drawn;
}
