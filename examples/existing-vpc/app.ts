import { App } from 'aws-cdk-lib';
import { CompanyNetwork, Compilation } from './stacks';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoPrivacyValidation } from '../../src';

const app = new App();
const vpcId: string | undefined = app.node.tryGetContext('vpcId');
if (vpcId) {
  // The CDK CLI looks the VPC up once, and keeps the result in cdk.context.json.
  new Compilation(app, 'Compilation', { vpcId, env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
} else {
  new Compilation(app, 'Compilation', { vpc: new CompanyNetwork(app, 'CompanyNetwork').vpc });
}
NeoPrivacyValidation.addTo(app);
