import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { newApp, PrivateStack, reportOf } from './private-app';
import { htmlReport } from '../../src/privacy-validation/report/html-report';
import { LIMITS, PRIVACY_RULES } from '../../src/privacy-validation/report/privacy-report';

function opened() {
  const app = newApp();
  const stack = new PrivateStack(app);
  new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: stack.network.vpc.vpcId, peerVpcId: 'vpc-1' });
  return reportOf(app);
}

test('has every rule with its result, and what it has seen', () => {
  const report = opened();
  expect(report.rules.map(({ id }) => id)).toEqual(PRIVACY_RULES.map(({ id }) => id));
  expect(report.verdict).toBe('fail');
  expect(Object.values(report.counts).reduce((sum, number) => sum + number)).toBe(PRIVACY_RULES.length);
  expect(report.rules.find(({ id }) => id === 'NoVpcPeering')).toMatchObject({
    status: 'fail',
    observations: [{ verdict: 'fail', logicalId: 'Peering', template: 'Private', type: 'AWS::EC2::VPCPeeringConnection', evidence: 'VPC peering for the VPC' }],
  });
});

test('describes the network', () => {
  expect(opened().networks).toMatchObject([{
    cidr: '10.0.0.0/16',
    dedicated: true,
    jobs: 1,
    subnets: [
      { zone: 'Availability Zone 1', cidr: '10.0.0.0/19', usableAddresses: 8187, instances: 4093 },
      { zone: 'Availability Zone 2', cidr: '10.0.32.0/19', usableAddresses: 8187, instances: 4093 },
    ],
  }]);
});

test('is the same for the same app, and names the templates by digest', () => {
  expect(opened()).toEqual(opened());
  expect(opened().templates).toEqual([{ name: 'Private', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
});

describe('as a page', () => {
  const report = opened();
  const page = htmlReport(report, '<svg id="picture"></svg>');

  test('is self-contained', () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(page).toContain('<figure><svg id="picture"></svg></figure>');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
  });

  test('shows verdict, rules, reasons and limits', () => {
    expect(page).toContain('<p class="verdict fail">1 rule broken</p>');
    for (const { id, title } of report.rules) { expect(page).toContain(`<details id="${id}"`); expect(page).toContain(title.replace(/'/g, '\'')); }
    expect(page).toContain('<details id="NoVpcPeering" open>');
    for (const limit of LIMITS) { expect(page).toContain(limit); }
  });

  test('lets no name break out', () => {
    const [first, ...rules] = report.rules;
    const observation = { ...report.rules[1].observations[0], constructPath: '<script>alert("x")</script>' };
    const evil = htmlReport({ ...report, rules: [{ ...first, observations: [observation] }, ...rules] }, '');
    expect(evil).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(evil).not.toContain('<script>');
  });
});
