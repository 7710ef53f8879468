import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** Id that the CDK gives to a bucket's notifications, which a function of its own writes. */
const NOTIFICATIONS = 'Notifications';

/**
 * Let a bucket send its events to EventBridge. Where nothing else is notified, CloudFormation can say so itself; `enableEventBridgeNotification`
 * would bring a function that may change the notifications of every bucket of the account.
 */
export function sendEvents(scope: IConstruct, bucket: s3.IBucket): void {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof s3.CfnBucket) || bucket.node.tryFindChild(NOTIFICATIONS)) {
    bucket.enableEventBridgeNotification();
    return;
  }
  defaultChild.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
  // That function overwrites what CloudFormation has written.
  scope.node.addValidation({
    validate: () => bucket.node.tryFindChild(NOTIFICATIONS)
      ? [`bucket ${bucket.node.path} has notifications that were added after the fleet and would end its events: `
        + 'give it eventBridgeEnabled: true, or add them before the fleet']
      : [],
  });
}
