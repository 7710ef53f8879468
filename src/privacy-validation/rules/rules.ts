import { BUCKET_RULES } from './bucket-rules';
import { ENDPOINT_RULES } from './endpoint-rules';
import { JOB_RULES } from './job-rules';
import type { PrivacyRule } from './rule';
import { SECURITY_GROUP_RULES } from './security-group-rules';
import { VISIBILITY_RULES } from './visibility-rules';
import { VPC_RULES } from './vpc-rules';
import { WAYS_OUT_RULES } from './ways-out-rules';

/** All rules, in the order of the report. */
export const PRIVACY_RULES: readonly PrivacyRule[] = [
  ...JOB_RULES,
  ...WAYS_OUT_RULES,
  ...SECURITY_GROUP_RULES,
  ...ENDPOINT_RULES,
  ...BUCKET_RULES,
  ...VPC_RULES,
  ...VISIBILITY_RULES,
];
