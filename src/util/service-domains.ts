import { RegionInfo } from 'aws-cdk-lib/region-info';

let domains: readonly string[] | undefined;

/**
 * The domains of AWS's services in all partitions that CDK knows, such as `amazonaws.com`, `amazonaws.com.cn` and `amazonaws.eu`.
 */
export function serviceDomains(): readonly string[] {
  return domains ??= [...new Set(RegionInfo.regions.map(({ domainSuffix }) => domainSuffix ?? 'amazonaws.com'))];
}
