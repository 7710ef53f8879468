import { App, CfnResource, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { compilation } from './fixture';
import { NeoCompilationJob, NeoPrivateCompilationVpc } from '../../src';
import { network, newStack, templateOf, warnings } from '../network/fixture';
import '../random-seed';

type Resources = Record<string, any>;

/** Jobs, by their construct ids, with the jobs that each waits for directly. */
function waits(stack: Stack): Record<string, string[]> {
  const resources: Resources = templateOf(stack).toJSON().Resources;
  const jobs = Object.entries(resources).filter(([, { Type }]) => Type === NeoCompilationJob.RESOURCE_TYPE);
  const name = (id: string) => id.replace(/Resource[0-9A-F]{8}$/, '').replace(/[0-9A-F]{8}$/, '');
  const ids = new Set(jobs.map(([id]) => id));
  return Object.fromEntries(jobs.map(([id, { DependsOn = [] }]) =>
    [name(id), [DependsOn].flat().filter((other: string) => ids.has(other)).map(name)]));
}

/** Plays CloudFormation: every resource starts when what it depends on is there, and takes one turn. */
function mostAtOnce(stack: Stack): number {
  const resources: Resources = templateOf(stack).toJSON().Resources;
  const refs = (value: any): string[] => (JSON.stringify(value).match(/[A-Za-z0-9]+/g) ?? []).filter(word => word in resources);
  const needs = new Map(Object.entries(resources).map(([id, { Properties = {}, DependsOn = [] }]) =>
    [id, refs([Properties, DependsOn]).filter(other => other !== id)]));
  const done = new Set<string>();
  let most = 0;
  while (done.size < needs.size) {
    const ready = [...needs].filter(([id, others]) => !done.has(id) && others.every(other => done.has(other))).map(([id]) => id);
    if (ready.length === 0) { throw new Error('the template has a cycle'); }
    const jobs = ready.filter(id => resources[id].Type === NeoCompilationJob.RESOURCE_TYPE);
    most = Math.max(most, jobs.length);
    ready.forEach(id => done.add(id));
  }
  return most;
}

function stackOf(jobs: number, fixture = network()) {
  return { ...fixture, jobs: Array.from({ length: jobs }, (_, i) => compilation({}, fixture, `Job${i}x`).job) };
}

describe('a deployment runs at most', () => {
  test('ten jobs at once', () => {
    expect(mostAtOnce(stackOf(35).stack)).toBe(10);
    expect(Object.values(waits(stackOf(10).stack)).flat()).toEqual([]);
  });

  test.each([[{ maxConcurrentJobs: 3 }, 3], [{ maxConcurrentInstances: 4 }, 4], [{ maxConcurrentInstances: 4, maxConcurrentJobs: 8 }, 4], [{ maxConcurrentJobs: Token.asNumber({ Ref: 'N' }) }, 10]])('%j: %i', (props, limit) => {
    expect(mostAtOnce(stackOf(13, network(props)).stack)).toBe(Math.min(13, limit));
  });

  test('fails for what is no number of jobs', () => {
    for (const maxConcurrentJobs of [0, -1, 1.5, NaN]) {
      expect(() => network({ maxConcurrentJobs })).toThrow(/^maxConcurrentJobs must be an integer from 1; got: /);
    }
  });

  test('as many for each network of the stack', () => {
    const fixture = stackOf(4, network({ maxConcurrentJobs: 2 }));
    const bucket = new s3.Bucket(fixture.stack, 'Other');
    const privateVpc = new NeoPrivateCompilationVpc(fixture.stack, 'Second', { buckets: [bucket], maxConcurrentJobs: 1 });
    for (let i = 0; i < 3; i++) { compilation({}, { ...fixture, bucket, privateVpc }, `Other${i}x`); }
    expect(mostAtOnce(fixture.stack)).toBe(3);
  });

  test('ten jobs of a network that is written by hand', () => {
    const fixture = network();
    for (let i = 0; i < 12; i++) {
      compilation({ vpcConfig: { subnets: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] }, role: fixture.privateVpc.role }, fixture, `Job${i}x`);
    }
    expect(mostAtOnce(fixture.stack)).toBe(10);
  });
});

test('a job that is added or removed changes no property of another', () => {
  const properties = (ids: number[]) => {
    const fixture = network({ maxConcurrentJobs: 2 });
    ids.forEach(i => compilation({}, fixture, `Job${i}x`));
    const jobs = Object.entries<any>(templateOf(fixture.stack).findResources(NeoCompilationJob.RESOURCE_TYPE));
    return new Map(jobs.map(([id, { Properties }]) => [id, Properties]));
  };
  const before = properties([0, 1, 2, 3, 4]);
  for (const [id, changed] of properties([0, 2, 3, 4, 5])) {
    if (before.has(id)) { expect(changed).toEqual(before.get(id)); }
  }
});

describe('no cycle is made', () => {
  test('by a job that depends on one that comes later', () => {
    const { stack, jobs } = stackOf(4, network({ maxConcurrentJobs: 1 }));
    jobs[0].node.addDependency(jobs[3]);
    expect(mostAtOnce(stack)).toBe(1);
    expect(waits(stack).Job0x).toContain('Job3x');
  });

  test('by a job whose role may use a later job', () => {
    const fixture = network({ maxConcurrentJobs: 1 });
    const role = new iam.Role(fixture.stack, 'Own', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    compilation({ role }, fixture, 'First');
    const { job } = compilation({}, fixture, 'Second');
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sagemaker:DescribeCompilationJob'], resources: [job.jobArn] }));
    expect(mostAtOnce(fixture.stack)).toBe(1);
  });

  test('whatever depends on whatever', () => {
    const pairs = fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.boolean()), { maxLength: 8 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), pairs, (limit, edges) => {
      const { stack, jobs } = stackOf(8, network({ maxConcurrentJobs: limit }));
      // Forward in some order that is not the one in which they were made, so that they have no cycle of their own.
      const order = [5, 2, 7, 0, 4, 1, 6, 3];
      for (const [a, b, throughAnother] of edges.filter(([from, to]) => from !== to)) {
        const [first, second] = [Math.min(a, b), Math.max(a, b)].map(place => jobs[order[place]]);
        if (throughAnother) {
          const id = stack.resolve((first.node.defaultChild as CfnResource).logicalId);
          const references = [{ 'Fn::Sub': `x\${${id}}` }, { Ref: id }, { 'Fn::GetAtt': [id, 'JobArn'] }];
          const properties = { DisplayName: references[(a + b) % references.length] };
          const between = new CfnResource(stack, `Between${stack.node.children.length}`, { type: 'AWS::SNS::Topic', properties });
          second.node.addDependency(between);
        } else {
          second.node.addDependency(first);
        }
      }
      expect(mostAtOnce(stack)).toBeLessThanOrEqual(limit);
    }), { numRuns: 15 });
  });
});

describe('subnets that hold fewer jobs than may run at the same time', () => {
  // Two of /28, each with eleven addresses: five instances.
  const small = (stack = newStack()) => network({ ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/26'), maxConcurrentInstances: 5 }, stack);
  const beyond = (stack: Stack) => {
    templateOf(stack);
    return warnings(stack).filter(text => text.includes('jobsBeyondSubnets')).map(text => text.split('.')[0]);
  };

  test('warn of jobs that no deployment waits for', () => {
    const warned = (jobs: number) => {
      const fixture = small();
      for (let i = 0; i < jobs; i++) { compilation({ waitForCompletion: false }, fixture, `Job${i}x`); }
      return beyond(fixture.stack);
    };
    expect(warned(5)).toEqual([]);
    expect(warned(6)).toEqual([expect.stringMatching(/^6 jobs of network Stack\/Neo may run at the same time, and its subnets hold 5: /)]);
  });

  test('do not warn of jobs that take turns', () => {
    const fixture = stackOf(30, small());
    expect(beyond(fixture.stack)).toEqual([]);
  });

  test('warn of stacks that may be deployed at the same time', () => {
    const app = new App();
    const fixture = small(new Stack(app, 'Network'));
    const stacks = ['One', 'Two'].map(id => new Stack(app, id));
    for (const stack of stacks) {
      for (let i = 0; i < 4; i++) { compilation({}, { ...fixture, stack }, `Job${i}x`); }
    }
    expect(beyond(stacks[0])).toEqual([expect.stringMatching(/^8 jobs of network Network\/Neo may run at the same time, and its subnets hold 5: /)]);
    expect(beyond(stacks[1])).toEqual([]);
  });

  test('bind the jobs of an imported network', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/28'] });
    const own = network();
    const imported = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Imported', {
      vpc,
      subnets: vpc.isolatedSubnets,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      role: iam.Role.fromRoleName(stack, 'Role', 'neo'),
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    });
    const bucket = new s3.Bucket(stack, 'Bucket');
    for (let i = 0; i < 12; i++) { compilation({ vpcConfig: imported.vpcConfig }, { ...own, stack, bucket }, `Job${i}x`); }
    expect(mostAtOnce(stack)).toBe(5);
  });
});

test('a stack of many jobs says what it asks of the account', () => {
  const { stack } = stackOf(12, network({ maxConcurrentJobs: 1 }));
  templateOf(stack);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('stack Stack has 12 jobs of one network, and its deployment runs 1 at once \\(maxConcurrentJobs\\): it takes as long as 12 compilations'));
});
