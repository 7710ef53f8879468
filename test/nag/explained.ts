import type { Finding } from './findings';

interface Explanation { readonly rule: RegExp; readonly path?: RegExp; readonly reason: string }

/**
 * Findings that are an example's choice, each with its reason. The library acknowledges what cannot be otherwise; what users can change by an option or
 * by the bucket they bring is theirs, so it is reported to them.
 */
export const EXPLAINED: Explanation[] = [
  {
    rule: /-(S1|S10|S3Bucket(LevelPublicAccessProhibited|LoggingEnabled|Public(Read|Write)Prohibited|ReplicationEnabled|SSLRequestsOnly|VersioningEnabled)|S3DefaultEncryptionKMS)$/,
    reason: 'Buckets are brought by the user, and a fleet takes one for its results, too. examples/hardened has one that every pack accepts.',
  },
  {
    rule: /^(NIST\.800\.53\.R5|HIPAA\.Security)-CloudWatchLogGroupEncrypted$/,
    reason: 'A key of one\'s own is an option, encryptionKey: see examples/hardened.',
  },
  {
    rule: /^(NIST\.800\.53\.R5|HIPAA\.Security)-LambdaInsideVPC$/,
    reason: 'Functions in the VPC are an option that costs money, privateControlPlane: see examples/hardened.',
  },
  {
    rule: /^AwsSolutions-SF[12]$/,
    reason: 'Logs and tracing of a fleet, or of a state machine with our tasks, are options: logs, tracingEnabled.',
  },
  {
    rule: /-IAMNoInlinePolicy$/,
    path: /^(EdgeDevice\/DeviceRole|Compilation\/JobRole)\//,
    reason: 'The role is the example\'s own; whether policies may be inline is for its owner to say.',
  },
  {
    rule: /^AwsSolutions-VPC7$|-VPC(DefaultSecurityGroupClosed|FlowLogsEnabled|NoUnrestrictedRouteToIGW)$/,
    path: /^CompanyNetwork\//,
    reason: 'It stands for the VPC that a company has already, ways to the internet included. The jobs\' subnets have none.',
  },
  {
    rule: /^AwsSolutions-(IAM5\[|CB4$)|-(IAMNoInlinePolicy|CodeBuildProjectSourceRepoUrl)$/,
    path: /^Pipeline\/Pipeline\//,
    reason: 'Roles and projects of CDK Pipelines are made by aws-cdk-lib.',
  },
];

export const isExplainedBy = ({ rule, path }: Explanation, finding: Finding) => rule.test(finding.rule) && (path?.test(finding.path) ?? true);
