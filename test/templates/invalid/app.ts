import { App, CfnResource, Stack } from 'aws-cdk-lib';

/** What both checks must find: a value that is none of the enumeration. */
const app = new App();
new CfnResource(new Stack(app, 'Invalid'), 'Bucket', { type: 'AWS::S3::Bucket', properties: { VersioningConfiguration: { Status: 'Perhaps' } } });
app.synth();
