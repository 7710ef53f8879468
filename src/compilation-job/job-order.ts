import { CfnResource, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IResolvable } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { DEFAULT_CONCURRENT_JOBS } from '../network/new-vpc';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { lateWarnings } from '../util/errors';

/** A deployment that takes longer than so many turns of compiling is worth a warning. */
const MAX_TURNS = 10;

/** The jobs of a stack, by network; by the stack itself where the network is not one of this library. */
const jobsByStack = new WeakMap<Stack, Map<IConstruct, CfnResource[]>>();

/**
 * Have CloudFormation run no more jobs of a network at once than `maxConcurrentJobs` says: each waits for the one that is so many places before it. Which
 * job waits for which is no property of a job, so that adding or removing one changes no other.
 */
export function limitConcurrentJobs(scope: Construct, resource: CfnResource, privateVpc?: INeoPrivateCompilationVpc): void {
  const stack = Stack.of(scope);
  const key = privateVpc ?? stack;
  const byNetwork = jobsByStack.get(stack) ?? new Map<IConstruct, CfnResource[]>();
  jobsByStack.set(stack, byNetwork);
  const jobs = byNetwork.get(key);
  if (jobs) {
    jobs.push(resource);
    return;
  }
  const first = [resource];
  byNetwork.set(key, first);
  // At the end of synthesis, when all jobs and all that they refer to is known.
  scope.node.addValidation({
    validate: () => {
      const limit = privateVpc?.maxConcurrentJobs ?? DEFAULT_CONCURRENT_JOBS;
      if (first.length <= limit) { return []; }
      // In one order for all networks of the stack, as the jobs of one may depend on those of another.
      const all = dependenciesFirst(stack, [...byNetwork.values()].flat());
      const members = new Set(first);
      const inOrder = all.filter(job => members.has(job));
      inOrder.slice(limit).forEach((job, index) => job.addDependency(inOrder[index]));
      warnOfTurns(scope, inOrder.length, limit);
      return [];
    },
  });
}

function warnOfTurns(scope: Construct, jobs: number, limit: number): void {
  const turns = Math.ceil(jobs / limit);
  if (turns <= MAX_TURNS) { return; }
  lateWarnings(scope).addWarningV2('cdk-sagemaker-neo:manyJobs', `stack ${Stack.of(scope).node.path} has ${jobs} jobs of one network, and its deployment runs ${limit} at once `
    + `(maxConcurrentJobs): it takes as long as ${turns} compilations, and credentials must last that long. Raise maxConcurrentJobs as far as the quotas of SageMaker `
    + 'and AWS Lambda allow, or use a NeoCompilationFleet');
}

/**
 * The jobs in an order in which each comes after all that it depends on, by whatever way; otherwise in the order in which they were made. An edge from
 * a job to one before it never closes a cycle.
 */
function dependenciesFirst(stack: Stack, jobs: CfnResource[]): CfnResource[] {
  const isJob = new Set(jobs);
  return [...visitDependencies(stack, jobs)].filter(resource => isJob.has(resource));
}

/**
 * The resource and all resources of its stack that it depends on, by whatever way. To be asked at the end of synthesis.
 */
export function dependenciesOf(resource: CfnResource): Set<CfnResource> {
  return visitDependencies(resource.stack, [resource]);
}

/**
 * @returns resources and what they depend on, each after what it depends on
 */
function visitDependencies(stack: Stack, from: CfnResource[]): Set<CfnResource> {
  const reader = new DependencyReader(stack);
  const seen = new Set<CfnResource>();
  const ordered = new Set<CfnResource>();
  const visit = (resource: CfnResource): void => {
    if (seen.has(resource)) { return; }
    seen.add(resource);
    reader.dependenciesOf(resource).forEach(visit);
    ordered.add(resource);
  };
  from.forEach(visit);
  return ordered;
}

/**
 * Reads what a resource of a stack depends on, by DependsOn or by references. Hundreds of jobs have the same few tokens, so each token is resolved
 * once; to resolve every job would take as long as the synthesis of all jobs.
 */
class DependencyReader {
  private readonly resources: ReadonlyMap<string, CfnResource>;
  private readonly idsByToken = new Map<IResolvable, Set<string>>();

  constructor(private readonly stack: Stack) {
    const resources = stack.node.findAll().filter(node => CfnResource.isCfnResource(node) && node.stack === stack) as CfnResource[];
    this.resources = new Map(resources.map(resource => [stack.resolve(resource.logicalId), resource]));
  }

  public dependenciesOf(resource: CfnResource): Set<CfnResource> {
    const ids = new Set<string>();
    // What CDK renders a resource from; there is no other access to it than the whole resource, resolved.
    const { cfnProperties, rawOverrides } = resource as unknown as { cfnProperties: unknown; rawOverrides: unknown };
    this.collect([cfnProperties, rawOverrides, resource.cfnOptions.metadata], ids);
    const referred = [...ids].map(id => this.resources.get(id)).filter(target => target !== undefined);
    const ordered = resource.obtainDependencies().filter(target => CfnResource.isCfnResource(target) && target.stack === this.stack) as CfnResource[];
    return new Set([...referred, ...ordered]);
  }

  /** Logical IDs that a value refers to, and some texts that are none. */
  private collect(value: unknown, found: Set<string>): void {
    const tokens = tokensIn(value);
    if (tokens.length > 0) {
      tokens.forEach(token => this.idsOf(token).forEach(id => found.add(id)));
    } else if (Array.isArray(value)) {
      value.forEach(item => this.collect(item, found));
    } else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries<any>(value)) {
        this.collect(key, found);
        this.collect(inner, found);
        switch (key) {
          case 'Ref': found.add(inner); break;
          case 'DependsOn': [inner].flat().forEach(id => found.add(id)); break;
          case 'Fn::GetAtt': found.add(String([inner].flat()[0]).split('.')[0]); break;
          case 'Fn::Sub': for (const [, id] of JSON.stringify(inner).matchAll(/\$\{([A-Za-z0-9]+)/g)) { found.add(id); } break;
        }
      }
    }
  }

  private idsOf(token: IResolvable): Set<string> {
    let ids = this.idsByToken.get(token);
    if (!ids) {
      ids = new Set();
      this.idsByToken.set(token, ids);
      this.collect(this.stack.resolve(token), ids);
    }
    return ids;
  }
}

function tokensIn(value: unknown): IResolvable[] {
  if (!Token.isUnresolved(value)) { return []; }
  if (typeof value === 'string') { return Tokenization.reverseString(value).tokens; }
  return [Tokenization.reverse(value)!];
}
