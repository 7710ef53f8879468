import { App } from 'aws-cdk-lib';
import { FleetStack } from './fleet-stack';

const app = new App();
new FleetStack(app, 'NeoFleet', {
  description: 'Models compiled for many targets by SageMaker Neo in a network without any path to the internet',
  quota: Number(app.node.tryGetContext('quota') ?? 4),
});
