import { CDK_FUNCTIONS } from './cdk-functions';
import { ARTIFACTS, COMPILATION_JOBS } from './compilation-jobs';
import { FLEET_EXECUTIONS, FLEET_JOBS, FLEET_OBJECTS } from './fleets';
import { EXFILTRATION, JOBS_AND_OBJECTS } from './jobs-and-objects';
import { FUNCTIONS, KEYS, LOGS } from './keys-logs-and-functions';
import { NETWORK } from './network';
import { PRIVATE_CONTROL_PLANE } from './private-control-plane';
import { PASS_ROLE, TRUST } from './roles';
import { DEPLOYMENT, EXEMPT, STRANGERS } from './strangers';
import type { Theme } from '../row';

/** Every request, as docs/iam-decisions.md shows them. */
export const THEMES: Theme[] = [
  JOBS_AND_OBJECTS, EXFILTRATION, STRANGERS, EXEMPT, DEPLOYMENT, COMPILATION_JOBS, ARTIFACTS,
  PASS_ROLE, TRUST, NETWORK, KEYS, LOGS, FUNCTIONS, CDK_FUNCTIONS, PRIVATE_CONTROL_PLANE, FLEET_OBJECTS, FLEET_JOBS, FLEET_EXECUTIONS,
];
