import { attributeValue } from '../../src/privacy-validation/template/resources';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';

const { resources } = TemplateSet.of({
  Resources: {
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'vpce-1' } },
    Reader: { Type: 'Custom::CrossRegionExportReader', Properties: { Value: 'no attribute' } },
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: 'vpc-1', GroupDescription: 'jobs' } },
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { VpcIdentity: 'none' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' } },
    Bucket: { Type: 'AWS::S3::Bucket' },
  },
});
const valueOf = (logicalId: string, attribute: string) => attributeValue(resources.find(one => one.logicalId === logicalId)!, attribute);

test.each<[string, string, unknown]>([
  ['Parameter', 'Value', 'vpce-1'],
  ['Parameter', 'Type', undefined],
  ['Reader', 'Value', undefined],
  ['Reader', '/cdk/exports/Models/vpc', '{{resolve:ssm:/cdk/exports/Models/vpc}}'],
  ['Reader', 'Models/cdk/exports/', undefined],
  ['Group', 'VpcId', 'vpc-1'],
  ['Group', 'GroupDescription', undefined],
  ['Group', 'Id', { Ref: 'Group' }],
  ['Vpc', 'VpcId', { Ref: 'Vpc' }],
  ['Vpc', 'VpcIdentity', undefined],
  ['Subnet', 'vpcId', 'vpc-1'],
  ['Subnet', 'SubnetId', { Ref: 'Subnet' }],
  ['Subnet', 'CidrBlock', undefined],
  ['Bucket', 'Arn', { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}' }],
])('%s.%s', (logicalId, attribute, value) => {
  expect(valueOf(logicalId, attribute)).toEqual(value);
});
