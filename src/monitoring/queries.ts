import type { NeoCompilationJob } from '../compilation-job/compilation-job';

/** The ends of jobs, the latest first; from the log of the functions behind the jobs. */
export const OUTCOME_QUERY = [
  'fields @timestamp, stackName, logicalResourceId, outcome, jobName, compilationSeconds, pendingSeconds, reason',
  'filter action = "outcome"',
  'sort @timestamp desc',
  'limit 100',
].join('\n| ');

/** What Neo logged of these jobs and their predecessors; a stream is named like its job. */
export function compilationLogQuery(jobs: NeoCompilationJob[]): string {
  const prefixes = [...new Set(jobs.map(job => job._jobNamePrefix))];
  return [
    'fields @timestamp, @logStream, @message',
    `filter ${prefixes.map(prefix => `strcontains(@logStream, "${prefix}")`).join(' or ')}`,
    'sort @timestamp desc',
    'limit 1000',
  ].join('\n| ');
}
