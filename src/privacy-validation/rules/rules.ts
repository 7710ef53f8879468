import { EXPOSURE_RULES } from './exposure-rules';
import { JOB_RULES, VPC_RULES } from './network-rules';
import type { PrivacyRule } from './rule';
import { BUCKET_RULES, ENDPOINT_RULES } from './s3-rules';
import { SECURITY_GROUP_RULES } from './security-group-rules';
import { TENANT_AND_ROLE_RULES } from './tenant-rules';
import { VISIBILITY_RULES } from './visibility-rules';

/** All rules, in the order of the report. */
export const PRIVACY_RULES: readonly PrivacyRule[] = [
  ...JOB_RULES,
  ...EXPOSURE_RULES,
  ...SECURITY_GROUP_RULES,
  ...TENANT_AND_ROLE_RULES,
  ...ENDPOINT_RULES,
  ...BUCKET_RULES,
  ...VPC_RULES,
  ...VISIBILITY_RULES,
];
