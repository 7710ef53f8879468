import { createHash } from 'crypto';

const SHORTEST_SECONDS = 9;
const LONGEST_SECONDS = 110;

/**
 * How long to wait before trying again what was refused for lack of capacity: longer and longer, and drawn from the request and the time, so that the jobs
 * of a stack spread out. Never longer than two minutes, the look itself included.
 */
export function secondsToNextTry(elapsedSeconds: number, requestId: string): number {
  const longest = Math.min(LONGEST_SECONDS, SHORTEST_SECONDS + elapsedSeconds / 2);
  const drawn = createHash('sha256').update(`${requestId}:${Math.floor(elapsedSeconds)}`).digest().readUInt32BE() / 2 ** 32;
  return Math.round(SHORTEST_SECONDS + drawn * (longest - SHORTEST_SECONDS));
}
