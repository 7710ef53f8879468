import { App } from 'aws-cdk-lib';
import { measure } from '../../bench/fleet-measurement';
import { FleetStack } from '../../examples/fleet/fleet-stack';

test('a thousand compilations with faults: none lost or doubled, within 3 % and a job of the shortest possible time, with at most 25 state transitions each', async () => {
  const { problems, ...figures } = await measure(new FleetStack(new App(), 'Scale', { quota: 20 }), { compilations: 1_000, quota: 20, seed: 1_000 });
  expect(problems).toEqual([]);
  expect(figures).toMatchObject({ lost: 0, doubled: 0, mostAtOnce: 20 });
});
