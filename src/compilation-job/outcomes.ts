import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, OUTCOME_ACTION, type CompilationOutcome } from './compilation-job-properties';
import type { CompilationJobProvider } from './compilation-job-provider';
import { NeoValidationError, formatValue } from '../util/errors';
import { requireType, STRING } from '../util/prop-types';

const ID = 'OutcomeMetrics';
const NAMESPACE = 'cdk-sagemaker-neo';

const field = (name: keyof CompilationOutcome) => `$.${name}`;
const isOutcome = logs.FilterPattern.stringValue('$.action', '=', OUTCOME_ACTION);
const having = (outcome: CompilationOutcome['outcome']) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.stringValue(field('outcome'), '=', outcome));
const timed = (name: keyof CompilationOutcome) => logs.FilterPattern.all(isOutcome, logs.FilterPattern.numberValue(field(name), '>=', 0));

/** The metrics, each with a filter for the log lines that it counts. */
const METRICS = {
  CompletedJobs: { filterPattern: having('COMPLETED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  FailedJobs: { filterPattern: having('FAILED'), metricValue: '1', unit: cloudwatch.Unit.COUNT },
  CompilationTime: { filterPattern: timed('compilationSeconds'), metricValue: field('compilationSeconds'), unit: cloudwatch.Unit.SECONDS },
  PendingTime: { filterPattern: timed('pendingSeconds'), metricValue: field('pendingSeconds'), unit: cloudwatch.Unit.SECONDS },
};

/**
 * Selects outcomes by members of `CompilationOutcome`. The members are spelled out, because the declarations that users compile must not import types
 * of the AWS SDK.
 */
export type OutcomeFilter = { readonly [member in 'stackName' | 'logicalResourceId' | 'jobName']?: string[] };

/** Returns a pattern that matches the events of these outcomes. */
export function outcomePattern(detail: OutcomeFilter): EventPattern {
  return { source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE], detail };
}

/** Returns a metric of the job with this logical ID. */
export function outcomeMetric(scope: IConstruct, metricName: string, stackName: string, logicalResourceId: string, props?: cloudwatch.MetricOptions) {
  requireType(scope, 'metricName', metricName, STRING);
  if (!Object.keys(METRICS).includes(metricName)) {
    throw new NeoValidationError(`metricName must be one of ${Object.keys(METRICS).join(', ')}; got: ${formatValue(metricName)}`, scope);
  }
  return new cloudwatch.Metric({
    namespace: NAMESPACE, metricName, dimensionsMap: { Stack: stackName, Job: logicalResourceId }, ...props,
  }).attachTo(scope);
}

/** Derives a metric from the outcomes in the log of a provider. Each kind of metric has one filter for any number of jobs. */
export function recordOutcomes(provider: CompilationJobProvider, metricName: string): void {
  const scope = provider.node.tryFindChild(ID) ?? new Construct(provider, ID);
  if (scope.node.tryFindChild(metricName)) { return; }
  new logs.MetricFilter(scope as Construct, metricName, {
    ...METRICS[metricName as keyof typeof METRICS],
    logGroup: provider.logGroup,
    metricNamespace: NAMESPACE,
    metricName,
    dimensions: { Stack: field('stackName'), Job: field('logicalResourceId') },
  });
}
