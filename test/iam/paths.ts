import type { Path } from './decide';
import type { Stacks } from './stacks';

const endpoint = (stack: keyof Stacks, pattern: RegExp) => (stacks: Stacks): Path => {
  const logicalId = stacks[stack].find('AWS::EC2::VPCEndpoint', pattern);
  return {
    context: { 'aws:SourceVpce': stacks[stack].ref(logicalId), 'aws:SourceVpc': stacks[stack].ref(stacks[stack].find('AWS::EC2::VPC', /^NeoVpc/)) },
    endpointPolicy: stacks[stack].properties(logicalId).PolicyDocument,
  };
};

/** The ways that requests come, by the names that the tables use. */
export const paths = {
  'this endpoint': endpoint('Models', /^NeoS3Endpoint/),
  'another endpoint': (): Path => ({
    context: { 'aws:SourceVpce': 'vpce-00000000000000000', 'aws:SourceVpc': 'vpc-00000000000000000' },
    endpointPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] },
  }),
  'the other stack\'s endpoint': endpoint('Others', /^NeoS3Endpoint/),
  'no endpoint': (): Path => ({ context: {} }),
  'fleets\' endpoint': endpoint('Fleets', /^NeoS3Endpoint/),
  'closed S3 endpoint': endpoint('Closed', /^NeoS3Endpoint/),
  'closed functions\' S3 endpoint': endpoint('Closed', /^NeoControlPlaneS3Endpoint/),
  'closed SageMaker endpoint': endpoint('Closed', /^NeoSageMakerEndpoint/),
  'closed Step Functions endpoint': endpoint('Closed', /^NeoStepFunctionsEndpoint/),
  'closed CloudFormation endpoint': endpoint('Closed', /^NeoCloudFormationEndpoint/),
} satisfies { [name: string]: (stacks: Stacks) => Path };

export type PathName = keyof typeof paths;
