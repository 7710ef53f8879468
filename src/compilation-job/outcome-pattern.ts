import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, type CompilationOutcome } from './compilation-job-outcome';

/**
 * Matches the outcomes of jobs of a stack. By logical ID and not by name: a rule that referred to the job would be made after it.
 */
export function outcomePattern(stackName: string, logicalResourceId: string[], outcome?: CompilationOutcome['outcome']): EventPattern {
  return {
    source: [EVENT_SOURCE],
    detailType: [EVENT_DETAIL_TYPE],
    detail: { stackName: [stackName], logicalResourceId, ...outcome && { outcome: [outcome] } },
  };
}
