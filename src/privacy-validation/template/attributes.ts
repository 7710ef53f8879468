import type { TemplateResource } from './template-set';

/** Attributes that say the same as `Ref`. */
const IDS: { readonly [type: string]: string } = {
  'AWS::EC2::VPC': 'VpcId',
  'AWS::EC2::Subnet': 'SubnetId',
  'AWS::EC2::RouteTable': 'RouteTableId',
  'AWS::EC2::VPCEndpoint': 'Id',
};

/**
 * What an attribute of a resource is, in terms of its template, so that everything has one spelling.
 *
 * @returns undefined for one that is known at the deployment only
 */
export function attributeValue({ type, logicalId, properties }: TemplateResource, attribute: string): any {
  if (IDS[type] === attribute) { return { Ref: logicalId }; }
  // Policies are written with a bucket's ARN and with its name.
  if (type === 'AWS::S3::Bucket' && attribute === 'Arn') { return { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::\${${logicalId}}` }; }
  return type === 'AWS::SSM::Parameter' && attribute === 'Value' ? properties.Value : undefined;
}
