import { isJobName, jobNameOf, searchPrefixOf, configurationOf } from './identity';
import type { Job, NeoJobs } from './neo-jobs';
import { ownershipOf, type ResourceRequest } from './request';

/**
 * Which job answers an Update:
 *  - the present one, if it is ours, has the wanted configuration and is good: nothing that alters the result changed,
 *    or a rollback came with the old physical id;
 *  - an earlier one of the same configuration: a rollback that came with the new physical id;
 *  - else a new one under a name never used before. CloudFormation sends a Delete for the present one afterwards.
 *
 * Nothing is changed here: whatever happens later, CloudFormation's answer carries the name of the job in question.
 */
export async function physicalIdForUpdate(jobs: NeoJobs, request: ResourceRequest, now: number): Promise<string> {
  const properties = request.ResourceProperties;
  const present = request.PhysicalResourceId!;
  const wanted = jobNameOf(request, properties);

  // A fixed name that is taken away or changed asks for another job, too: the name is what the user sees of it.
  const nameFits = properties.JobName === undefined ? present.startsWith(`${properties.JobNamePrefix}-`) : properties.JobName === present;
  if (nameFits && await isUsable(jobs, present, request, now)) {
    return present;
  }
  // Should that name be another job's, the polls find out: they can stop what must not go on.
  if (properties.JobName !== undefined) { return properties.JobName; }
  for (const { CompilationJobName: name } of await jobs.list(searchPrefixOf(properties))) {
    if (await isUsable(jobs, name!, request, now)) { return name!; }
  }
  return wanted;
}

/** Without an answer of SageMaker: the present job if the configuration is the same, else a new one. Never wrong, at worst a compilation too many. */
export function physicalIdWithoutLookup(request: ResourceRequest): string {
  const { ResourceProperties: wanted, OldResourceProperties: old } = request;
  return old && configurationOf(old) === configurationOf(wanted) && old.JobName === wanted.JobName
    ? request.PhysicalResourceId!
    : jobNameOf(request, wanted);
}

async function isUsable(jobs: NeoJobs, name: string, request: ResourceRequest, now: number): Promise<boolean> {
  const job = await existing(jobs, name);
  if (!job) { return false; }
  // A resource that does not wait promises that its job was started, not how it ended.
  const isGood = ['STARTING', 'INPROGRESS', 'COMPLETED'].includes(job.CompilationJobStatus!)
    || request.ResourceProperties.WaitForCompletion === 'false';
  if (!isGood) { return false; }
  const { ours, current } = await ownershipOf(jobs, job, request, now);
  return ours && current;
}

async function existing(jobs: NeoJobs, name: string): Promise<Job | undefined> {
  return isJobName(name) ? jobs.find(name) : undefined;
}
